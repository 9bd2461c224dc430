/** One import, export-from, `import()` or `require` of a source file, as written. */
export interface ImportSite {
  readonly specifier: string;
  /** `import type`, `export type … from` or `typeof import()`: nothing of it is left at run time. */
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
  readonly line: number;
}

const STATIC = /^[ \t]*(?:import|export)\b(\s+type\b)?[^'";]*?\bfrom\s*['"]([^'"\n]+)['"]/gm;
const BARE = /^[ \t]*import\s*['"]([^'"\n]+)['"]/gm;
const CALL = /(\btypeof\s+)?\b(?:import|require)\s*\(\s*['"`]([^'"`\n]+)['"`]/g;

/** Every import of a TypeScript source text. Comments do not count; code in strings at the start of a line would. */
export function scanImports(text: string): ImportSite[] {
  const code = withoutComments(text);
  const lineOf = (index: number) => code.slice(0, index).split('\n').length;
  const sites: ImportSite[] = [];
  for (const match of code.matchAll(STATIC)) {
    const [all, type, specifier = ''] = match;
    sites.push({
      specifier,
      typeOnly: type !== undefined,
      dynamic: false,
      line: lineOf(match.index + all.search(/\S/)),
    });
  }
  for (const match of code.matchAll(BARE)) {
    sites.push({ specifier: match[1] ?? '', typeOnly: false, dynamic: false, line: lineOf(match.index) });
  }
  for (const match of code.matchAll(CALL)) {
    const typeOnly = match[1] !== undefined;
    sites.push({ specifier: match[2] ?? '', typeOnly, dynamic: true, line: lineOf(match.index) });
  }
  return sites.sort((a, b) => a.line - b.line);
}

/** The text with comments blanked and line breaks kept. Strings and templates stay. */
export function withoutComments(text: string): string {
  return text.replace(
    /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|\/\*[\s\S]*?\*\/|(?<![:\\])\/\/[^\n]*/g,
    (token) => (token.startsWith('/') ? token.replace(/[^\n]/g, ' ') : token),
  );
}
