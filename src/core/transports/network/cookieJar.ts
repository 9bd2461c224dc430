import type { Clock } from '../../../base/clock';

const MAX_COOKIES = 50;
const MAX_COOKIE_LENGTH = 4096;

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  readonly isSecure: boolean;
  /** ms since the epoch. */
  readonly expires: number;
}

/** Cookies of one host, for the life of a link. */
export interface CookieJar {
  /** Takes the `set-cookie` values of an answer from `url`. */
  store(url: URL, setCookies: readonly string[]): void;
  /** The `cookie` header for a request to `url`. */
  headerFor(url: URL): string | undefined;
}

/**
 * RFC 6265, 5.2 to 5.4, with every cookie taken as host-only: a link talks to one host, so `Domain` widens nothing. Bounded
 * in number and length; the oldest goes first.
 */
export function createCookieJar(host: string, clock: Clock): CookieJar {
  const cookies = new Map<string, Cookie>();
  return {
    store(url, setCookies) {
      if (url.hostname !== host) return;
      for (const text of setCookies) {
        const cookie = text.length > MAX_COOKIE_LENGTH ? undefined : parseCookie(text, url, clock.now());
        if (!cookie) continue;
        const key = `${cookie.name};${cookie.path}`;
        cookies.delete(key);
        if (cookie.expires > clock.now()) cookies.set(key, cookie);
        const [oldest] = cookies.keys();
        if (cookies.size > MAX_COOKIES && oldest !== undefined) cookies.delete(oldest);
      }
    },
    headerFor(url) {
      if (url.hostname !== host) return undefined;
      const sent = [...cookies.values()]
        .filter(({ expires }) => expires > clock.now())
        .filter(({ isSecure }) => !isSecure || url.protocol === 'https:')
        .filter(({ path }) => pathMatches(url.pathname, path))
        .sort((a, b) => b.path.length - a.path.length);
      return sent.length === 0 ? undefined : sent.map(({ name, value }) => `${name}=${value}`).join('; ');
    },
  };
}

function parseCookie(text: string, url: URL, now: number): Cookie | undefined {
  const [pair = '', ...rest] = text.split(';');
  const at = pair.indexOf('=');
  const name = pair.slice(0, at).trim();
  const value = pair.slice(at + 1).trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (at < 1 || name === '' || /[\u0000-\u001f\u007f]/.test(pair)) return undefined;
  const attributes = new Map(
    rest.map((attribute) => {
      const [key = '', ...parts] = attribute.split('=');
      return [key.trim().toLowerCase(), parts.join('=').trim()] as const;
    }),
  );
  const path = attributes.get('path');
  return {
    name,
    value,
    path: path?.startsWith('/') ? path : url.pathname.replace(/\/[^/]*$/, '') || '/',
    isSecure: attributes.has('secure'),
    expires: expiryOf(attributes, now),
  };
}

function expiryOf(attributes: ReadonlyMap<string, string>, now: number): number {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return now + Number(maxAge) * 1000;
  const expires = Date.parse(attributes.get('expires') ?? '');
  return Number.isNaN(expires) ? Number.POSITIVE_INFINITY : expires;
}

function pathMatches(path: string, cookiePath: string): boolean {
  if (path === cookiePath) return true;
  return path.startsWith(cookiePath) && (cookiePath.endsWith('/') || path[cookiePath.length] === '/');
}
