/** A longer address is no address. */
const MAX_URI = 8192;
/** Longer ones match nothing. */
const MAX_PATTERN = 1024;

const ANY_BUT_SLASH = Symbol('*');
const ANY = Symbol('**');

type Token = string | typeof ANY_BUT_SLASH | typeof ANY;

/**
 * Whether one of the patterns matches the whole address: `*` stands for any text without `/`, `**` for any text, and
 * everything else for itself. Takes no longer than length of pattern × length of address, whatever they are.
 */
export function matchesAny(patterns: readonly string[], uri: string): boolean {
  return uri.length <= MAX_URI && patterns.some((pattern) => pattern.length <= MAX_PATTERN && matches(pattern, uri));
}

/** Follows all ways through the pattern at the same time, so that none is gone back to. */
function matches(pattern: string, uri: string): boolean {
  const tokens = tokenize(pattern);
  // The length of the address that was read when a place in the pattern was last reached.
  const reachedAt = new Int32Array(tokens.length + 1).fill(-1);
  let places: number[] = [];
  const reach = (from: number, read: number) => {
    for (let place = from; reachedAt[place] !== read; place++) {
      reachedAt[place] = read;
      places.push(place);
      // What stands for any text stands for none, too.
      if (typeof tokens[place] !== 'symbol') return;
    }
  };
  reach(0, 0);
  for (let read = 0; read < uri.length && places.length > 0; read++) {
    const before = places;
    places = [];
    for (const place of before) {
      const token = tokens[place];
      if (token === uri[read]) reach(place + 1, read + 1);
      else if (token === ANY || (token === ANY_BUT_SLASH && uri[read] !== '/')) reach(place, read + 1);
    }
  }
  return reachedAt[tokens.length] === uri.length;
}

function tokenize(pattern: string): Token[] {
  return pattern
    .split(/(\*+)/)
    .flatMap((part): Token[] =>
      part.startsWith('*')
        ? [part === '*' ? ANY_BUT_SLASH : ANY]
        : Array.from({ length: part.length }, (_, i) => part[i] ?? ''),
    );
}
