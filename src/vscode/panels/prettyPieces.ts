import { isWithin } from '../../forms/limits';

/** Members up to which a part is written at once. */
const SMALL = 500;
const PIECE_CHARACTERS = 64 * 1024;

interface Level {
  readonly members: Iterator<readonly [name: string, value: unknown]>;
  readonly end: string;
  isFirst: boolean;
}

/** The text of `JSON.stringify(value, null, 2)` of JSON data, piece by piece: what is not asked for is not written. */
export function* prettyPieces(value: unknown): Generator<string> {
  const levels: Level[] = [];
  let piece = '';
  const write = (part: unknown) => {
    const indent = `\n${'  '.repeat(levels.length)}`;
    if (typeof part !== 'object' || part === null || isWithin(part, SMALL, SMALL)) {
      piece += (JSON.stringify(part, null, 2) ?? 'null').replaceAll('\n', indent);
      return;
    }
    piece += Array.isArray(part) ? '[' : '{';
    levels.push({ members: membersOf(part), end: `${indent}${Array.isArray(part) ? ']' : '}'}`, isFirst: true });
  };
  write(value);
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const { value: member, done } = level.members.next();
    if (done) {
      piece += level.end;
      levels.pop();
    } else {
      piece += `${level.isFirst ? '' : ','}\n${'  '.repeat(levels.length)}${member[0]}`;
      level.isFirst = false;
      write(member[1]);
    }
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

function* membersOf(part: object): Generator<readonly [string, unknown]> {
  if (Array.isArray(part)) for (const item of part) yield ['', item];
  else
    for (const [key, member] of Object.entries(part))
      if (member !== undefined) yield [`${JSON.stringify(key)}: `, member];
}
