/** A regular expression, and a backtracking matcher that counts what it does. */
export type PatternNode =
  | { readonly type: 'character'; readonly source: string }
  | { readonly type: 'sequence' | 'either'; readonly parts: readonly PatternNode[] }
  | {
      readonly type: 'repeat';
      readonly part: PatternNode;
      readonly range: readonly number[];
      readonly isLazy: boolean;
    };

export function written(node: PatternNode): string {
  switch (node.type) {
    case 'character':
      return node.source;
    case 'sequence':
      return node.parts.map((part) => (part.type === 'either' ? `(${written(part)})` : written(part))).join('');
    case 'either':
      return node.parts.map(written).join('|');
    case 'repeat': {
      const [least = 0, most = 0] = node.range;
      const isPlace = node.part.type === 'character' && '^$'.includes(node.part.source);
      const part = node.part.type === 'character' && !isPlace ? node.part.source : `(?:${written(node.part)})`;
      return `${part}{${least},${most === Number.POSITIVE_INFINITY ? '' : most}}${node.isLazy ? '?' : ''}`;
    }
  }
}

/** Tries every start, as `RegExp.prototype.test` does. Throws beyond `most` steps. */
export function stepsToMatch(pattern: PatternNode, text: string, most: number): { steps: number; matches: boolean } {
  let steps = 0;
  const match = (node: PatternNode, at: number, next: (at: number) => boolean): boolean => {
    if (++steps > most) throw new Error(`More than ${most} steps for ${written(node)}`);
    switch (node.type) {
      case 'character':
        if (node.source === '^') return at === 0 && next(at);
        if (node.source === '$') return at === text.length && next(at);
        return at < text.length && new RegExp(`^${node.source}$`, 'u').test(text[at] as string) && next(at + 1);
      case 'sequence': {
        const from = (index: number, place: number): boolean => {
          const part = node.parts[index];
          return part === undefined ? next(place) : match(part, place, (after) => from(index + 1, after));
        };
        return from(0, at);
      }
      case 'either':
        return node.parts.some((part) => match(part, at, next));
      case 'repeat': {
        const [least = 0, max = 0] = node.range;
        const from = (times: number, place: number): boolean => {
          steps++;
          const again = () =>
            times < max &&
            match(node.part, place, (after) => (after === place && times >= least ? false : from(times + 1, after)));
          const leave = () => times >= least && next(place);
          return node.isLazy ? leave() || again() : again() || leave();
        };
        return from(0, at);
      }
    }
  };
  for (let start = 0; start <= text.length; start++) {
    if (match(pattern, start, () => true)) return { steps, matches: true };
  }
  return { steps, matches: false };
}
