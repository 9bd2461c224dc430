import type { ConfigDiagnostic } from '../../core/config/diagnostics';
import type { Translate } from '../localize';

/** Line and column (from 0) of an offset at or after `from`, which is known already. */
export function positionAt(
  text: string,
  offset: number,
  from: { readonly offset: number; readonly line: number; readonly column: number },
): { readonly line: number; readonly column: number } {
  const between = text.slice(from.offset, offset);
  const breaks = [...between.matchAll(/\r\n|\r|\n/g)];
  const last = breaks.at(-1);
  if (!last) return { line: from.line, column: from.column + (offset - from.offset) };
  return { line: from.line + breaks.length, column: between.length - last.index - last[0].length };
}

/** "2 problems in patchbay.json", or undefined where no finding is an error: warnings keep nothing from working. */
export function summarizeProblems(diagnostics: readonly ConfigDiagnostic[], t: Translate): string | undefined {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return undefined;
  const names = new Set(errors.map(({ path }) => path.split(/[\\/]/).at(-1) ?? path));
  const where = [...names].join(', ');
  return errors.length === 1 ? t('1 problem in {0}', where) : t('{0} problems in {1}', errors.length, where);
}
