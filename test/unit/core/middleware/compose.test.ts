import { describe, expect, it } from 'vitest';
import { PatchbayError } from '../../../../src/base/errors';
import { composeMiddleware } from '../../../../src/core/middleware/compose';
import type { Middleware, MiddlewareCall, NamedMiddleware } from '../../../../src/core/middleware/middleware';
import type { CallToolResult } from '../../../../src/shared/mcp';
import { fc } from '../../../support/fastCheck';

const call = (args: MiddlewareCall['arguments'] = {}, signal = new AbortController().signal): MiddlewareCall => ({
  server: 's',
  tool: 't',
  arguments: args,
  signal,
});
const answer = (text: string): CallToolResult => ({ content: [{ type: 'text', text }] });
const run = (list: readonly [string, Middleware][], at: MiddlewareCall = call(), below = answer('below')) =>
  composeMiddleware(list.map(([name, middleware]) => ({ name, middleware })))(at, async () => below);
const pass: Middleware = (at, next) => next(at);
const failing = (error: unknown): Middleware => {
  return async () => {
    throw error;
  };
};

describe('composeMiddleware', () => {
  it('goes down in order, comes back in reverse, and hands on what each changed', async () => {
    const log: string[] = [];
    const layer = (name: string): NamedMiddleware => ({
      name,
      middleware: async (at, next) => {
        log.push(`${name} before ${JSON.stringify(at.arguments)}`);
        const result = await next({ ...at, arguments: { ...at.arguments, [name]: 1 } });
        log.push(`${name} after`);
        return { ...result, content: [...result.content, { type: 'text', text: name }] };
      },
    });
    const chain = composeMiddleware([layer('a'), layer('b')]);
    const result = await chain(call(), async (at) => {
      log.push(`sent ${JSON.stringify(at.arguments)}`);
      return answer('below');
    });
    expect(log).toEqual(['a before {}', 'b before {"a":1}', 'sent {"a":1,"b":1}', 'b after', 'a after']);
    expect(result.content.map(({ text }) => text)).toEqual(['below', 'b', 'a']);
  });

  it('takes an answer from a middleware, and sends nothing then', async () => {
    let sent = 0;
    const chain = composeMiddleware([{ name: 'cache', middleware: async () => answer('kept') }]);
    const result = await chain(call(), async () => {
      sent++;
      return answer('below');
    });
    expect([result.content[0]?.text, sent]).toEqual(['kept', 0]);
  });

  it('is the call itself where there is no middleware', async () => {
    expect((await run([])).content[0]?.text).toBe('below');
    const reason = new Error('sync');
    const chain = composeMiddleware([{ name: 'a', middleware: pass }]);
    const sent = chain(call(), () => {
      throw reason;
    });
    await expect(sent).rejects.toBe(reason);
  });

  it('names the middleware whose error it is, and keeps what the error says', async () => {
    const refusal = new PatchbayError('limit', 'Too many.', {
      retryable: true,
      retryAfterMs: 5,
      hint: 'Wait.',
      code: 429,
    });
    await expect(
      run([
        ['outer', pass],
        ['rate', failing(refusal)],
      ]),
    ).rejects.toMatchObject({
      kind: 'limit',
      message: 'The middleware "rate" refused the call: Too many.',
      retryable: true,
      retryAfterMs: 5,
      hint: 'Wait.',
      code: 429,
      cause: refusal,
    });
    for (const thrown of [new TypeError('x is undefined'), 'x is undefined']) {
      await expect(run([['own', failing(thrown)]])).rejects.toMatchObject({
        kind: 'config',
        code: 'middlewareFailed',
        message: 'The middleware "own" failed: x is undefined',
      });
    }
    const sync: Middleware = () => {
      throw new Error('at once');
    };
    await expect(run([['own', sync]])).rejects.toMatchObject({ message: 'The middleware "own" failed: at once' });
  });

  it('passes an error from below as it is, unless a middleware makes another one of it', async () => {
    const below = new PatchbayError('timeout', 'Late.');
    const wraps: Middleware = (at, next) =>
      next(at).catch(() => {
        throw new Error('wrapped');
      });
    const heals: Middleware = (at, next) => next(at).catch(() => answer('instead'));
    const send = (list: NamedMiddleware[]) => composeMiddleware(list)(call(), failing(below) as never);
    await expect(
      send([
        { name: 'a', middleware: pass },
        { name: 'b', middleware: pass },
      ]),
    ).rejects.toBe(below);
    await expect(
      send([
        { name: 'a', middleware: pass },
        { name: 'b', middleware: wraps },
      ]),
    ).rejects.toMatchObject({
      message: 'The middleware "b" failed: wrapped',
    });
    expect((await send([{ name: 'a', middleware: heals }])).content[0]?.text).toBe('instead');
  });

  it('says why the caller gave up, not which middleware noticed', async () => {
    const late = new PatchbayError('timeout', 'Late.');
    for (const [reason, expected] of [
      [late, late],
      [new Error('by hand'), { kind: 'cancelled' }],
    ] as const) {
      const controller = new AbortController();
      controller.abort(reason);
      const at = call({}, controller.signal);
      const seen = await run([['a', failing(reason)]], at).catch((error) => error);
      expect(seen).toMatchObject(expected);
      const foreign = await run([['a', failing(new DOMException('x', 'AbortError'))]], at).catch((error) => error);
      expect(foreign).toMatchObject(expected);
    }
  });

  it.each<[string, Middleware]>([
    ['called next() a second time', async (at, next) => (await next(at)) && next(at)],
    ['tried to call another tool', (at, next) => next({ ...at, tool: 'other' })],
    ['tried to call another tool', (at, next) => next({ ...at, server: 'other' })],
    ['called next() without a call', (_at, next) => next(undefined as never)],
    ['handed on arguments that are no object', (at, next) => next({ ...at, arguments: [] as never })],
    ['handed on a call without its signal', (at, next) => next({ ...at, signal: undefined as never })],
    ['answered with what is no result of a tool', async () => undefined as never],
    ['answered with what is no result of a tool', async () => ({ content: 'x' }) as never],
  ])('refuses by name: %s', async (fault, middleware) => {
    await expect(
      run([
        ['outer', pass],
        ['bad', middleware],
      ]),
    ).rejects.toMatchObject({
      kind: 'config',
      code: 'middlewareFailed',
      message: `The middleware "bad" ${fault}.`,
    });
  });

  it('tells who has the call, on its way down and on its way back', async () => {
    const trace: string[] = [];
    const list = ['a', 'b'].map((name) => ({ name, middleware: pass }));
    const last = async () => {
      trace.push('sent');
      return answer('below');
    };
    await composeMiddleware(list)(call(), last, (name) => trace.push(name));
    expect(trace).toEqual(['a', 'b', 'sent', 'b', 'a']);
    trace.length = 0;
    const below = failing(new Error('x')) as never;
    await composeMiddleware(list)(call(), below, (name) => trace.push(name)).catch(() => {});
    expect(trace).toEqual(['a', 'b', 'b', 'a']);
  });

  it('sends a call once, also for who calls next() after the answer, and loses no rejection', async () => {
    let sent = 0;
    let after: Promise<unknown> | undefined;
    const hasty: Middleware = async (at, next) => {
      queueMicrotask(() => queueMicrotask(() => queueMicrotask(() => (after = next(at)))));
      return answer('hasty');
    };
    const chain = composeMiddleware([{ name: 'hasty', middleware: hasty }]);
    await chain(call(), async () => {
      sent++;
      return answer('below');
    });
    await Promise.resolve();
    await Promise.resolve();
    await expect(after).rejects.toMatchObject({ message: expect.stringContaining('after it had answered') });
    expect(sent).toBe(0);
    const careless: Middleware = async (at, next) => {
      void next(at);
      void next(at);
      return answer('careless');
    };
    const result = await composeMiddleware([{ name: 'careless', middleware: careless }])(
      call(),
      failing(new Error('nobody hears')) as never,
    );
    expect(result.content[0]?.text).toBe('careless');
  });

  it('runs as the list says, whatever each one does', async () => {
    const kind = fc.constantFrom('pass', 'answer', 'refuse', 'change');
    await fc.assert(
      fc.asyncProperty(fc.array(kind, { maxLength: 8 }), async (kinds) => {
        const trace: number[] = [];
        const list = kinds.map(
          (what, index): NamedMiddleware => ({
            name: `m${index}`,
            middleware: async (at, next) => {
              trace.push(index);
              if (what === 'answer') return answer(`m${index}`);
              if (what === 'refuse') throw new PatchbayError('security', 'No.');
              const result = await next(what === 'change' ? { ...at, arguments: { last: index } } : at);
              trace.push(-index);
              return result;
            },
          }),
        );
        const outcome = await composeMiddleware(list)(call({ last: -1 }), async (at) =>
          answer(`sent ${at.arguments.last}`),
        )
          .then(({ content }) => content[0]?.text)
          .catch((error) => error.message);
        const stop = kinds.findIndex((what) => what === 'answer' || what === 'refuse');
        const reached = stop === -1 ? kinds.length : stop;
        const expected =
          stop === -1
            ? `sent ${kinds.lastIndexOf('change')}`
            : kinds[stop] === 'answer'
              ? `m${stop}`
              : `The middleware "m${stop}" refused the call: No.`;
        const down = kinds.slice(0, stop === -1 ? undefined : stop + 1).map((_, index) => index);
        const up =
          kinds[stop] === 'refuse' ? [] : Array.from({ length: reached }, (_, index) => -(reached - 1 - index));
        expect(outcome).toBe(expected);
        expect(trace.map(Math.abs)).toEqual([...down, ...up].map(Math.abs));
      }),
    );
  });
});
