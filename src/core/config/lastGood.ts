import type { ConfigFileResult } from './parse';

/**
 * Keeps the servers of a file that stops being JSON while somebody edits it: until it is JSON again, what it said last
 * holds, so that a missing comma closes no connection. The findings are always those of the text as it stands.
 */
export class LastGoodFiles {
  readonly #good = new Map<string, ConfigFileResult>();

  /** The results to go on with, in the same order. A file that is gone is forgotten. */
  apply(results: readonly ConfigFileResult[]): readonly ConfigFileResult[] {
    const current = results.map((result) => {
      const key = keyOf(result);
      const isBroken = result.diagnostics.some(({ code }) => code === 'syntax');
      const before = this.#good.get(key);
      return isBroken && before ? { ...before, diagnostics: result.diagnostics } : result;
    });
    this.#good.clear();
    for (const result of current) this.#good.set(keyOf(result), result);
    return current;
  }
}

function keyOf({ source }: ConfigFileResult): string {
  return source.kind === 'adHoc' ? '' : source.path;
}
