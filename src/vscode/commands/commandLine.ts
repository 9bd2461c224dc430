/**
 * Splits a command line as a shell would: blanks separate, quotes join, and where `backslashEscapes` a backslash takes
 * the next character as it is. Nothing is expanded. Returns undefined where a quote is left open.
 */
export function splitCommandLine(line: string, backslashEscapes: boolean): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let i = 0; i < line.length; i++) {
    const character = line[i] ?? '';
    if (backslashEscapes && character === '\\' && quote !== "'" && i + 1 < line.length) {
      i++;
      word = (word ?? '') + line[i];
    } else if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== undefined) return undefined;
  if (word !== undefined) words.push(word);
  return words;
}

/** A short id for a command or URL: the package, script or host that it names. Not used by any of `taken`. */
export function suggestServerId(words: readonly string[] | URL, taken: readonly string[]): string {
  const base = toId(Array.isArray(words) ? nameOfCommand(words) : nameOfUrl(words as URL)) || 'server';
  let id = base;
  for (let n = 2; taken.includes(id); n++) id = `${base}-${n}`;
  return id;
}

const RUNNERS = /^(npx|npm|exec|bunx|uvx|uv|run|node|python3?|deno|docker|dnx|cmd|tsx)(\.(exe|cmd))?$/i;
/** Names that say nothing of the server: the folder above them does. */
const COMMON = /^(index|main|server|cli|start|app|dist|build|out|bin|src|lib|mcp|\.{1,2}|)$/i;

function nameOfCommand(words: readonly string[]): string {
  const named = words.filter((word) => !word.startsWith('-'));
  const word = named.find((candidate) => !RUNNERS.test(candidate.split(/[\\/]/).at(-1) ?? '')) ?? named[0] ?? '';
  const parts = word.split(/[\\/]/).map(withoutAffixes);
  return parts.findLast((part) => !COMMON.test(part)) ?? parts.at(-1) ?? '';
}

function withoutAffixes(part: string): string {
  return part
    .replace(/(?<=.)@.*$/, '')
    .replace(/\.(m?js|cjs|ts|py|exe|cmd|sh)$/i, '')
    .replace(/^(mcp-)?server-/, '')
    .replace(/-?mcp(-server)?$/, '');
}

function nameOfUrl({ hostname }: URL): string {
  if (/^[\d.]+$|^\[/.test(hostname)) return 'local';
  const labels = hostname.split('.').filter((label) => !/^(www|api|mcp)$/.test(label));
  return labels[0] ?? hostname;
}

function toId(text: string): string {
  return text
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 64);
}
