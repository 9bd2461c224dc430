/** A subset of Markdown as data, read in linear time. There is no HTML in it, and links and images stay addresses. */

export type Inline =
  | { readonly type: 'text' | 'code' | 'strong' | 'emphasis' | 'struck'; readonly text: string }
  | { readonly type: 'link' | 'image'; readonly text: string; readonly address: string };

export type MarkdownBlock =
  | { readonly type: 'heading'; readonly level: number; readonly content: readonly Inline[] }
  | { readonly type: 'paragraph' | 'quote'; readonly lines: readonly (readonly Inline[])[] }
  | { readonly type: 'code'; readonly text: string }
  | {
      readonly type: 'list';
      readonly ordered: boolean;
      readonly items: readonly { readonly depth: number; readonly content: readonly Inline[] }[];
    }
  | {
      readonly type: 'table';
      readonly head: readonly (readonly Inline[])[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    }
  | { readonly type: 'rule' };

/** Longer texts are shown as they are. */
const MAX_CHARACTERS = 64 * 1024;
const MAX_LINES = 2_000;
const MAX_COLUMNS = 30;

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HEADING = /^(#{1,6}) +(\S.*)$/;
const RULE = /^ {0,3}(?:-{3,}|\*{3,}|_{3,})\s*$/;
const ITEM = /^( {0,12})(?:([-*+])|\d{1,9}[.)]) +(\S.*)$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const TABLE_RULE = /^\s*\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?\s*)?$/;
const INLINE =
  /`([^`\n]{1,400})`|\*\*([^*\n]{1,400})\*\*|(?<![\w*])\*([^*\s][^*\n]{0,300})\*(?![\w*])|(?<!\w)_([^_\s][^_\n]{0,300})_(?!\w)|~~([^~\n]{1,300})~~|(!?)\[([^\][\n]{0,300})\]\(([^()\s]{1,1000})(?: "[^"\n]{0,300}")?\)/g;

/** The blocks of a text; undefined where it is too long to be read as Markdown. */
export function readMarkdown(text: string): readonly MarkdownBlock[] | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  return lines.length > MAX_LINES ? undefined : new Reader(lines).read();
}

/** Whether a text has marks that only Markdown has. Plain sentences and code have none. */
export function looksLikeMarkdown(text: string): boolean {
  const start = text.slice(0, 16_000);
  return (
    /^#{1,6} +\S/m.test(start) ||
    FENCED.test(start) ||
    /\*\*[^*\s][^*\n]{0,300}\*\*/.test(start) ||
    /\[[^\][\n]{1,300}\]\([^()\s]{1,1000}\)/.test(start) ||
    start.split('\n').some((line) => line.includes('|') && TABLE_RULE.test(line.slice(0, 500)))
  );
}

const FENCED = /^(?:`{3}|~{3})[\w-]{0,30}$/m;

class Reader {
  readonly #lines: readonly string[];
  readonly #blocks: MarkdownBlock[] = [];
  #at = 0;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  read(): readonly MarkdownBlock[] {
    while (this.#at < this.#lines.length) this.#readBlock(this.#line);
    return this.#blocks;
  }

  get #line(): string {
    return this.#lines[this.#at] ?? '';
  }

  #readBlock(line: string): void {
    const heading = HEADING.exec(line);
    if (line.trim() === '') this.#at++;
    else if (FENCE.test(line)) this.#readCode(line);
    else if (heading) this.#single({ type: 'heading', level: heading[1]?.length ?? 1, content: inline(heading[2]) });
    else if (RULE.test(line)) this.#single({ type: 'rule' });
    else if (ITEM.test(line)) this.#readList(line);
    else if (QUOTE.test(line)) this.#readLines('quote', (next) => QUOTE.exec(next)?.[1]);
    else if (this.#startsTable(line)) this.#readTable(line);
    else this.#readLines('paragraph', (next, first) => (first || !this.#interrupts(next) ? next : undefined));
  }

  #single(block: MarkdownBlock): void {
    this.#blocks.push(block);
    this.#at++;
  }

  #readCode(line: string): void {
    const fence = FENCE.exec(line)?.[1] ?? '```';
    const code: string[] = [];
    for (this.#at++; this.#at < this.#lines.length; this.#at++) {
      if (this.#line.trim().startsWith(fence)) break;
      code.push(this.#line);
    }
    this.#at++;
    this.#blocks.push({ type: 'code', text: code.join('\n') });
  }

  #readList(line: string): void {
    const ordered = ITEM.exec(line)?.[2] === undefined;
    const items: { depth: number; content: readonly Inline[] }[] = [];
    for (; this.#at < this.#lines.length; this.#at++) {
      const item = RULE.test(this.#line) ? null : ITEM.exec(this.#line);
      if (item === null) break;
      items.push({ depth: Math.min(4, Math.floor((item[1]?.length ?? 0) / 2)), content: inline(item[3]) });
    }
    this.#blocks.push({ type: 'list', ordered, items });
  }

  #readLines(type: 'paragraph' | 'quote', read: (line: string, first: boolean) => string | undefined): void {
    const lines: (readonly Inline[])[] = [];
    for (; this.#at < this.#lines.length; this.#at++) {
      const text = read(this.#line, lines.length === 0);
      if (text === undefined) break;
      lines.push(inline(text));
    }
    this.#blocks.push({ type, lines });
  }

  #interrupts(line: string): boolean {
    return (
      line.trim() === '' ||
      [FENCE, HEADING, RULE, ITEM, QUOTE].some((pattern) => pattern.test(line)) ||
      this.#startsTable(line)
    );
  }

  #startsTable(line: string): boolean {
    const next = this.#lines[this.#at + 1];
    return line.includes('|') && next !== undefined && next.length < 2_000 && TABLE_RULE.test(next);
  }

  #readTable(line: string): void {
    const rows: (readonly (readonly Inline[])[])[] = [];
    for (this.#at += 2; this.#line.includes('|'); this.#at++) rows.push(cells(this.#line));
    this.#blocks.push({ type: 'table', head: cells(line), rows });
  }
}

function cells(line: string): (readonly Inline[])[] {
  const inner = line.trim().replace(/^\|/, '').replace(/\|$/, '');
  return inner.split('|', MAX_COLUMNS).map((cell) => inline(cell.trim()));
}

function inline(text = ''): readonly Inline[] {
  const parts: Inline[] = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > at) parts.push({ type: 'text', text: text.slice(at, match.index) });
    at = match.index + match[0].length;
    parts.push(inlineOf(match));
  }
  if (at < text.length) parts.push({ type: 'text', text: text.slice(at) });
  return parts;
}

function inlineOf([, code, strong, starred, underlined, struck, mark, label, address]: RegExpMatchArray): Inline {
  if (code !== undefined) return { type: 'code', text: code };
  if (strong !== undefined) return { type: 'strong', text: strong };
  if (struck !== undefined) return { type: 'struck', text: struck };
  const emphasis = starred ?? underlined;
  if (emphasis !== undefined) return { type: 'emphasis', text: emphasis };
  return { type: mark === '!' ? 'image' : 'link', text: label ?? '', address: address ?? '' };
}
