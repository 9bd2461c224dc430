export interface EnvFileContents {
  /** Without a prototype, so that any name is only a name. The later one of two with the same name counts. */
  readonly values: Readonly<Record<string, string>>;
  /** Lines that are neither a variable, a comment nor blank. `line` counts from 1. */
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(.*)$/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/**
 * Reads the text of a `.env` file: `KEY=VALUE` on each line, `export` before it allowed, `#` begins a comment.
 * Single quotes keep everything as it stands, double quotes know \n, \r, \t, \" and \\; both may span lines.
 * Nothing is expanded: `$HOME` stays `$HOME`.
 */
export function parseEnvFile(text: string): EnvFileContents {
  const values: Record<string, string> = Object.create(null);
  const problems: { line: number; message: string }[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name, rest] = ASSIGNMENT.exec(line) ?? [];
    if (name === undefined || rest === undefined) {
      problems.push({ line: index + 1, message: 'Expected KEY=VALUE' });
      continue;
    }
    const quote = rest[0];
    if (quote !== '"' && quote !== "'") {
      values[name] = rest.replace(/(^|\s)#.*$/, '').trim();
      continue;
    }
    const end = findClosingQuote(lines, index, rest.slice(1), quote);
    if (end === undefined) {
      problems.push({ line: index + 1, message: `The value of ${name} does not end: expected ${quote}` });
      continue;
    }
    values[name] =
      quote === '"' ? end.body.replace(/\\(.)/g, (whole, code: string) => unescapedText(whole, code)) : end.body;
    if (!/^\s*(#|$)/.test(end.after)) {
      problems.push({ line: end.line + 1, message: `Text after the value of ${name} is ignored` });
    }
    index = end.line;
  }
  return { values, problems };
}

interface QuotedValue {
  readonly body: string;
  /** What follows the closing quote on its line. */
  readonly after: string;
  /** Index of the line with the closing quote. */
  readonly line: number;
}

function findClosingQuote(
  lines: readonly string[],
  start: number,
  first: string,
  quote: '"' | "'",
): QuotedValue | undefined {
  const parts: string[] = [];
  for (let line = start; line < lines.length; line += 1) {
    const text = line === start ? first : (lines[line] ?? '');
    const end = indexOfQuote(text, quote);
    if (end >= 0) return { body: [...parts, text.slice(0, end)].join('\n'), after: text.slice(end + 1), line };
    parts.push(text);
  }
  return undefined;
}

/** Index of the closing quote, or -1. A backslash hides the character after it inside double quotes. */
function indexOfQuote(text: string, quote: '"' | "'"): number {
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === quote) return index;
    if (quote === '"' && text[index] === '\\') index += 1;
  }
  return -1;
}

function unescapedText(whole: string, code: string): string {
  return code === '"' || code === '\\' ? code : (ESCAPES[code] ?? whole);
}
