/** Control characters, and those that turn the direction of writing: what a server could use to forge a terminal's text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text of a server, harmless on a terminal. Line breaks and tabs stay. */
export function plain(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(UNSAFE, '\uFFFD');
}

/** The same in one line of at most `max` characters. */
export function plainLine(text: string, max = 100): string {
  const line = plain(text).replace(/\s+/g, ' ').trim();
  return line.length > max ? `${line.slice(0, max - 1)}…` : line;
}

/** The same in one line, however many the text has. */
export function logLine(text: string): string {
  return plain(text).replace(/[\n\u2028\u2029]+/g, ' ⏎ ');
}

/** A value as a JSON document that is harmless on a terminal: what is unsafe or invisible is written as `\uXXXX`. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
