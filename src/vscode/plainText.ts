/** Makes text from servers and workspace files fit to be shown: one place for labels, tooltips and dialogs. */

/** Control and format characters (bidirectional and zero-width ones among them), halves of pairs, line and paragraph separators. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * One line of at most `maxLength` UTF-16 units. Blanks are joined; control, bidirectional and invisible characters
 * become `\u{…}`, so that nothing can hide in a label or turn it around.
 */
export function oneLine(text: string, maxLength = 200): string {
  return shorten(
    cut(text, maxLength * 4)
      .replace(/[\s]+/g, ' ')
      .trim()
      .replace(UNPRINTABLE, codePoint),
    maxLength,
  );
}

/** As `oneLine`, for places where VS Code draws `[text](command:…)` as a link: no link can form. */
export function unlinked(text: string, maxLength = 200): string {
  return shorten(oneLine(text, maxLength).replaceAll('](', '] ('), maxLength);
}

/** The first line that holds something, as `oneLine`. */
export function firstLine(text: string | undefined, maxLength = 200): string {
  return oneLine(
    cut(text ?? '', maxLength * 4)
      .trimStart()
      .split(/[\r\n]/, 1)[0] ?? '',
    maxLength,
  );
}

/** Several lines of at most `maxLength` UTF-16 units in all; line breaks stay, other unprintable characters show. */
export function manyLines(text: string, maxLength: number): string {
  const kept = cut(text, maxLength).replace(/\r\n?/g, '\n');
  const shown = showUnprintable(kept);
  return text.length > maxLength ? `${shown}…` : shown;
}

/** The beginning of a text, of at most `maxLength` UTF-16 units, that ends with a whole character. */
export function cut(text: string, maxLength: number): string {
  return text.length > maxLength ? text.slice(0, maxLength).replace(/[\ud800-\udbff]$/, '') : text;
}

/** With the replacement character for each half of a surrogate pair: URIs and UTF-8 cannot hold one. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd');
}

/** The same text with `\u{…}` for unprintable characters but line breaks and tabs. */
export function showUnprintable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => (/[\n\t]/.test(character) ? character : codePoint(character)));
}

/** Text as Markdown that renders as exactly that text: no links, images, HTML, icons or formatting. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*_{}[\]()#+\-.!|~<>&$:@=]/g, '\\$&')
    .replace(/\n{2,}/g, '\n\n')
    .replace(/(?<!\n)\n(?!\n)/g, '  \n');
}

/** Text for a quick pick, where `$(name)` would draw an icon. */
export function escapeIcons(text: string): string {
  return text.replace(/\$\(/g, '\\$(');
}

function shorten(text: string, maxLength: number): string {
  return text.length > maxLength ? `${cut(text, maxLength - 1)}…` : text;
}

function codePoint(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
