import { describe, expect, it } from 'vitest';
import { createCookieJar } from '../../../../../src/core/transports/network/cookieJar';
import { ManualClock } from '../../../../support/manualClock';

const at = (path: string, scheme = 'https') => new URL(`${scheme}://mcp.test${path}`);

function create() {
  const clock = new ManualClock();
  return { clock, jar: createCookieJar('mcp.test', clock) };
}

describe('createCookieJar', () => {
  it('sends back what was set, longer paths first', () => {
    const { jar } = create();
    jar.store(at('/mcp'), ['a=1', 'b = 2 ; Path=/mcp; HttpOnly; SameSite=Lax', 'c=x=y; Domain=test']);
    expect(jar.headerFor(at('/mcp'))).toBe('b=2; a=1; c=x=y');
    expect(jar.headerFor(at('/other'))).toBe('a=1; c=x=y');
    expect(jar.headerFor(at('/mcpx'))).toBe('a=1; c=x=y');
    jar.store(at('/mcp'), ['a=3']);
    expect(jar.headerFor(at('/'))).toBe('c=x=y; a=3');
  });

  it('forgets what has expired', () => {
    const { jar, clock } = create();
    const soon = new Date(clock.now() + 5000).toUTCString();
    jar.store(at('/'), ['a=1; Max-Age=10', `b=1; Expires=${soon}`, 'c=1; Max-Age=0', 'd=1; Max-Age=60; Expires=x']);
    expect(jar.headerFor(at('/'))).toBe('a=1; b=1; d=1');
    clock.advance(9000);
    expect(jar.headerFor(at('/'))).toBe('a=1; d=1');
    jar.store(at('/'), ['a=; Max-Age=-1', 'd=; Max-Age=-1']);
    expect(jar.headerFor(at('/'))).toBeUndefined();
  });

  it('keeps secure cookies off plain connections, and all cookies off other hosts', () => {
    const { jar } = create();
    jar.store(at('/'), ['s=1; Secure', 'a=1']);
    expect(jar.headerFor(at('/', 'http'))).toBe('a=1');
    expect(jar.headerFor(new URL('https://a.mcp.test/'))).toBeUndefined();
    jar.store(new URL('https://evil.test/'), ['e=1']);
    expect(jar.headerFor(at('/'))).toBe('s=1; a=1');
  });

  it('leaves out what is not a cookie, and stays bounded', () => {
    const { jar } = create();
    jar.store(at('/'), ['', '=x', 'novalue', `big=${'x'.repeat(5000)}`, 'ctl=a\u0001b', 'lines=a\r\nb']);
    expect(jar.headerFor(at('/'))).toBeUndefined();
    jar.store(
      at('/'),
      Array.from({ length: 200 }, (_, index) => `n${index}=1`),
    );
    expect(jar.headerFor(at('/'))?.split('; ')).toHaveLength(50);
  });
});
