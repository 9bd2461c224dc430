/** The environment variable that stands for a secret or an input outside of VS Code. */
export function variableName(kind: 'SECRET' | 'INPUT', id: string): string {
  return `PATCHBAY_${kind}_${id.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
}
