const MAX_PATTERN = 200;
const MAX_DEPTH = 20;
const MAX_REPEATS = 1_000;

/** Of one part of a pattern, from one place of the text: the ways to match it, and the steps to try them all. */
interface Effort {
  readonly ways: number;
  readonly steps: number;
}

interface Repeats {
  readonly least: number;
  readonly most: number;
}

const ONCE: Repeats = { least: 1, most: 1 };
const STEP: Effort = { ways: 1, steps: 1 };

/**
 * The steps that a backtracking matcher takes at most for a JavaScript pattern (flag `u`) and a text of this length,
 * wherever the match may begin. Undefined for what is not on the list of what is read here: characters, escapes, classes,
 * `^`, `$`, alternatives and groups, each with quantifiers, of which those of a group have an end. Look-around, back
 * references and modifiers are not.
 */
export function patternWork(pattern: string, length: number): number | undefined {
  if (pattern.length > MAX_PATTERN) return undefined;
  return new PatternReader(pattern, length + 1).read();
}

/** Each method answers undefined for what it does not know. */
class PatternReader {
  readonly #pattern: string;
  /** Places of the text, its end included. */
  readonly #places: number;
  #at = 0;

  constructor(pattern: string, places: number) {
    this.#pattern = pattern;
    this.#places = places;
  }

  read(): number | undefined {
    const starts: boolean[] = [];
    const whole = this.#alternatives(0, starts);
    if (whole === undefined || this.#at < this.#pattern.length) return undefined;
    if (starts.every((isAnchored) => isAnchored)) return whole.steps + this.#places * (starts.length + 1);
    return whole.steps * this.#places;
  }

  /** `starts`: for each alternative, whether it begins with `^`. */
  #alternatives(depth: number, starts: boolean[] = []): Effort | undefined {
    let ways = 0;
    let steps = 0;
    do {
      starts.push(this.#pattern[this.#at] === '^');
      const sequence = this.#sequence(depth);
      if (sequence === undefined) return undefined;
      ways += sequence.ways;
      steps += sequence.steps + 1;
    } while (this.#takes('|'));
    return { ways, steps };
  }

  #sequence(depth: number): Effort | undefined {
    let ways = 1;
    let steps = 1;
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#pattern[this.#at] as string)) {
      const isGroup = this.#pattern[this.#at] === '(';
      const part = isGroup ? this.#group(depth + 1) : this.#character() ? STEP : undefined;
      const repeats = part && this.#repeats();
      const effort = repeats && (isGroup ? repeatedGroup(part, repeats) : this.#repeatedCharacter(repeats));
      if (effort === undefined) return undefined;
      steps += ways * effort.steps;
      ways *= effort.ways;
    }
    return { ways, steps };
  }

  #group(depth: number): Effort | undefined {
    const [opening] = /^\((?:\?:|\?<[A-Za-z_]\w*>|(?!\?))/.exec(this.#pattern.slice(this.#at)) ?? [];
    if (opening === undefined || depth > MAX_DEPTH) return undefined;
    this.#at += opening.length;
    const inside = this.#alternatives(depth);
    return this.#takes(')') ? inside : undefined;
  }

  /** One character of the text, or a place in it. */
  #character(): boolean {
    const rest = this.#pattern.slice(this.#at);
    // A class ends at the first bracket that is not escaped: `[]` is nothing and `[^]` is anything.
    const [found] =
      /^(?:[^\\[\](){}*+?|]|\\(?:[dDwWsSbBtnvfr0]|[pP]\{[\w=]+\}|u\{[\da-fA-F]+\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|c[A-Za-z]|[\^$\\.*+?()[\]{}|/])|\[(?:[^\\\]]|\\.)*\])/su.exec(
        rest,
      ) ?? [];
    this.#at += found?.length ?? 0;
    return found !== undefined;
  }

  #repeats(): Repeats | undefined {
    const rest = this.#pattern.slice(this.#at);
    const [found, sign, least, comma, most] = /^(?:([*+?])|\{(\d{1,9})(?:(,)(\d{1,9})?)?\})\??/.exec(rest) ?? [];
    if (found === undefined) return ONCE;
    this.#at += found.length;
    if (sign !== undefined) return { least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Number.POSITIVE_INFINITY };
    const end = comma === undefined ? least : (most ?? Number.POSITIVE_INFINITY);
    const repeats = { least: Number(least), most: Number(end) };
    const isReadable = repeats.least <= MAX_REPEATS && repeats.least <= repeats.most;
    return isReadable && (repeats.most <= MAX_REPEATS || most === undefined) ? repeats : undefined;
  }

  #repeatedCharacter({ least, most }: Repeats): Effort {
    const longest = Math.min(most, this.#places);
    return { ways: Math.max(0, longest - least) + 1, steps: Math.max(least, longest) + 1 };
  }

  #takes(sign: string): boolean {
    const isThere = this.#pattern[this.#at] === sign;
    if (isThere) this.#at++;
    return isThere;
  }
}

/** As if it were written so many times, each after the one before. */
function repeatedGroup(part: Effort, { least, most }: Repeats): Effort | undefined {
  if (most === Number.POSITIVE_INFINITY) return undefined;
  let arrivals = 1;
  let ways = 0;
  let steps = 1;
  for (let times = 0; times <= most; times++) {
    if (times >= least) ways += arrivals;
    if (times < most) steps += arrivals * (part.steps + 1);
    arrivals *= part.ways;
  }
  return { ways, steps };
}
