/** A longer address is no address. */
const MAX_URI = 8192;
/** Longer ones match nothing. */
const MAX_PATTERN = 1024;

/** Stand in a pattern where no character code can. */
const ANY_BUT_SLASH = -1;
const ANY = -2;
const SLASH = 0x2f;

/** Counts the characters that were compared: who has much to compare bounds the work by it. */
export interface Work {
  steps: number;
}

/**
 * A pattern for addresses: `*` stands for any text without `/`, `**` for any text, and everything else for itself; the
 * whole address must match. Takes no more steps than length of pattern × length of address, whatever they are.
 */
export class ResourcePattern {
  readonly #codes: readonly number[] | undefined;

  constructor(pattern: string) {
    this.#codes = pattern.length <= MAX_PATTERN ? compile(pattern) : undefined;
  }

  matches(uri: string, work: Work = { steps: 0 }): boolean {
    return this.#codes !== undefined && uri.length <= MAX_URI && matches(this.#codes, uri, work);
  }
}

/**
 * Lets each star stand for as little as will do, and the last one for more where what follows does not fit: an earlier
 * one need not be looked at again, because the last one can stand for whatever that would have.
 */
function matches(pattern: readonly number[], uri: string, work: Work): boolean {
  let place = 0;
  let read = 0;
  let [star, starRead, deep, deepRead] = [-1, 0, -1, 0];
  while (read < uri.length) {
    work.steps++;
    const code = pattern[place];
    if (code === ANY) {
      deep = place++;
      deepRead = read;
      star = -1;
    } else if (code === ANY_BUT_SLASH) {
      star = place++;
      starRead = read;
    } else if (code === uri.charCodeAt(read)) {
      place++;
      read++;
    } else if (star >= 0 && uri.charCodeAt(starRead) !== SLASH) {
      read = ++starRead;
      place = star + 1;
    } else if (deep >= 0) {
      read = ++deepRead;
      place = deep + 1;
      star = -1;
    } else {
      return false;
    }
  }
  return pattern.slice(place).every((code) => code < 0);
}

function compile(pattern: string): number[] {
  return pattern
    .split(/(\*+)/)
    .flatMap((part) =>
      part.startsWith('*')
        ? [part === '*' ? ANY_BUT_SLASH : ANY]
        : Array.from({ length: part.length }, (_, index) => part.charCodeAt(index)),
    );
}
