import { PatchbayError } from '../../../base/errors';

export interface SocketTarget {
  /** What `net.connect` takes as its path. */
  readonly socketPath: string;
  /** The URL whose path is asked for over that socket. */
  readonly url: URL;
}

/**
 * `unix:///path.sock#/mcp` and `pipe:///pipe/name#/mcp`: what follows `#` is the path of the request, `/` where it is
 * left out. Undefined for other schemes. Throws a `config` error where the operating system has no such thing.
 */
export function parseSocketUrl(text: string, platform: NodeJS.Platform = process.platform): SocketTarget | undefined {
  const scheme = /^(unix|pipe):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return undefined;
  const isWindows = platform === 'win32';
  if (scheme === 'unix' && isWindows)
    throw invalid(text, 'Windows has named pipes', 'Write it as pipe:///pipe/name#/mcp.');
  if (scheme === 'pipe' && !isWindows) {
    throw invalid(text, 'only Windows has named pipes', 'Write it as unix:///path.sock#/mcp.');
  }
  const path = pathOf(text);
  if (path === undefined) throw invalid(text, 'it holds no path', `Write it as ${scheme}:///path#/mcp.`);
  const hash = /#(.*)$/s.exec(text)?.[1] ?? '';
  const socketPath = isWindows ? `\\\\.\\${path.slice(1).replaceAll('/', '\\')}` : path;
  return { socketPath, url: new URL(`http://localhost${hash.startsWith('/') ? '' : '/'}${hash}`) };
}

/** The decoded path; undefined where there is none, or one with a NUL. */
function pathOf(text: string): string | undefined {
  try {
    const { host, pathname } = new URL(text);
    const path = decodeURIComponent(pathname);
    return host === '' && path.length > 1 && !path.includes('\0') ? path : undefined;
  } catch {
    return undefined;
  }
}

function invalid(text: string, why: string, hint: string): PatchbayError {
  return new PatchbayError('config', `${text.slice(0, 200)} cannot be used: ${why}.`, { hint });
}
