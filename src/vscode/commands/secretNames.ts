import type { ServerSnapshot } from '../../core/hubTypes';

const REFERENCE = /\$\{secret:([\w.-]{1,100})\}/g;

export interface KnownSecret {
  readonly name: string;
  readonly isStored: boolean;
  readonly isUsed: boolean;
}

/** The secrets that configuration files use or that are stored: first those that are used and missing, then by name. */
export function knownSecrets(configTexts: readonly string[], stored: readonly string[]): KnownSecret[] {
  const used = new Set(configTexts.flatMap((text) => [...text.matchAll(REFERENCE)].map(([, name = '']) => name)));
  const all = [...new Set([...used, ...stored])].sort();
  const known = all.map((name) => ({ name, isStored: stored.includes(name), isUsed: used.has(name) }));
  return [...known.filter(({ isStored }) => !isStored), ...known.filter(({ isStored }) => isStored)];
}

/** Whether a server could not be connected because this secret had no value. */
export function waitsForSecret({ state }: Pick<ServerSnapshot, 'state'>, name: string): boolean {
  return (
    state.kind === 'needsInput' && state.needed.kind === 'value' && state.needed.names.includes(`\${secret:${name}}`)
  );
}
