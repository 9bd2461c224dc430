import { beforeEach, describe, expect, it } from 'vitest';
import type { Middleware, MiddlewareCall, MiddlewareFactory } from '../../../src/core/middleware/middleware';
import { MiddlewareRegistry } from '../../../src/core/middleware/registry';
import { silentLogger } from '../../../src/core/nodePorts';
import { ServerMiddleware } from '../../../src/core/serverMiddleware';
import { ManualClock } from '../../support/manualClock';

let registry: MiddlewareRegistry;
let names: readonly string[];
let server: ServerMiddleware;
let trace: string[];

/** Counts its calls, as one that limits or caches would. */
const counting = (name: string): MiddlewareFactory => ({
  create() {
    let calls = 0;
    trace.push(`+${name}`);
    return (call, next) => {
      calls += 1;
      trace.push(`${name}${calls}`);
      return next(call);
    };
  },
  dispose: () => void trace.push(`-${name}`),
});
const straight: Middleware = (call, next) => next(call);

async function call(): Promise<string> {
  trace = [];
  const made: MiddlewareCall = { server: 's', tool: 't', arguments: {}, signal: new AbortController().signal };
  await server.around()(made, async () => ({ content: [] }));
  return trace.join(' ');
}

beforeEach(() => {
  registry = new MiddlewareRegistry();
  trace = [];
  names = ['a', 'b'];
  for (const name of ['a', 'b', 'c']) registry.register(name, counting(name));
  const log = silentLogger();
  const context = { serverName: 'S', log, clock: new ManualClock() };
  server = new ServerMiddleware({ registry, names: () => names, context, log });
});

describe('ServerMiddleware', () => {
  it('makes each once, at the first call', async () => {
    expect(await call()).toBe('+a +b a1 b1');
    expect(await call()).toBe('a2 b2');
  });

  it('keeps what each knows when another name means another thing, or the list is another one', async () => {
    await call();
    server.forget('c');
    expect(await call()).toBe('a2 b2');
    names = ['b', 'a', 'c'];
    expect(await call()).toBe('+c b3 a3 c1');
    names = ['a'];
    expect(await call()).toBe('-b -c a4');
  });

  it('makes anew what was registered anew, and that alone', async () => {
    names = ['a', 'own'];
    const own = registry.register('own', counting('own'));
    await call();
    own.dispose();
    trace = [];
    server.forget('own');
    expect(trace).toEqual(['-own']);
    expect(() => server.around()).toThrow('"S" has the middleware "own", which nobody registered.');
    registry.register('own', straight);
    server.forget('own');
    expect(await call()).toBe('a2');
  });

  it('makes none twice where one of the list is missing', async () => {
    names = ['a', 'missing'];
    for (let times = 0; times < 3; times += 1) expect(() => server.around()).toThrow('missing');
    expect(trace).toEqual(['+a']);
  });

  it('ends each with the server, whatever the others do at their end', async () => {
    registry.register('bad', {
      create: () => straight,
      dispose() {
        throw new Error('no');
      },
    });
    names = ['bad', 'a', 'b'];
    await call();
    server.dispose();
    server.dispose();
    expect(trace.slice(-2)).toEqual(['-a', '-b']);
  });
});
