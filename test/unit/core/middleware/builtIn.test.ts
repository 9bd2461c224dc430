import { describe, expect, it } from 'vitest';
import { registerBuiltInMiddleware } from '../../../../src/core/middleware/builtIn';
import { composeMiddleware } from '../../../../src/core/middleware/compose';
import type {
  ArgumentProblem,
  MiddlewareCall,
  MiddlewareContext,
  Next,
} from '../../../../src/core/middleware/middleware';
import { rateLimitOf } from '../../../../src/core/middleware/rateLimit';
import { MiddlewareRegistry } from '../../../../src/core/middleware/registry';
import { silentLogger } from '../../../../src/core/nodePorts';
import { Redactor } from '../../../../src/core/traffic/redactor';
import type { JsonObject } from '../../../../src/shared/json';
import { ManualClock } from '../../../support/manualClock';

const contextWith = (parts: Partial<MiddlewareContext> = {}): MiddlewareContext => ({
  serverName: 'Demo',
  log: silentLogger(),
  clock: new ManualClock(),
  ...parts,
});

function registryWithAll() {
  const registry = new MiddlewareRegistry();
  const disposable = registerBuiltInMiddleware(registry);
  return { registry, disposable };
}

/** One call after the other through the named ones. */
function chain(names: readonly string[], parts: Partial<MiddlewareContext> = {}) {
  const composed = composeMiddleware(registryWithAll().registry.resolve(names, contextWith(parts)));
  return (args: JsonObject, next: Next, signal = new AbortController().signal) => {
    const call: MiddlewareCall = { server: 'demo', tool: 'echo', arguments: args, signal };
    return composed(call, next);
  };
}

const empty: Next = async () => ({ content: [] });

describe('logging', () => {
  it('writes a line before and one after, without any value', async () => {
    const lines: string[] = [];
    const clock = new ManualClock();
    const log = { ...silentLogger(), debug: (line: string) => void lines.push(line) };
    const run = chain(['logging'], { log, clock });
    await run({ password: 'hunter22', b: 1 }, async () => {
      await clock.advance(12);
      return { content: [{ type: 'text', text: 'hunter22' }] };
    });
    await run({}, async () => ({ content: [], isError: true }));
    const error = new Error('hunter22');
    await expect(run({}, () => Promise.reject(error))).rejects.toBe(error);
    expect(lines).toEqual([
      'call 1 of "echo": 2 arguments',
      'call 1 of "echo": done after 12 ms, 1 blocks',
      'call 2 of "echo": 0 arguments',
      'call 2 of "echo": the tool answered with an error after 0 ms, 0 blocks',
      'call 3 of "echo": 0 arguments',
      'call 3 of "echo": failed after 0 ms (Error)',
    ]);
  });
});

describe('rateLimit', () => {
  const numbers = { maxRequests: 1, perMs: 1000, onLimit: 'reject' } as const;

  it('is the limit of its server, by its name alone: 100 calls in 60 s where there are no numbers', async () => {
    expect(rateLimitOf({ limits: {}, middleware: ['logging', 'rateLimit'] })).toEqual({
      maxRequests: 100,
      perMs: 60_000,
      onLimit: 'queue',
    });
    expect(rateLimitOf({ limits: { rateLimit: numbers }, middleware: ['rateLimit'] })).toEqual(numbers);
    expect(rateLimitOf({ limits: { rateLimit: numbers }, middleware: [] })).toEqual(numbers);
    expect(rateLimitOf({ limits: {}, middleware: ['redact'] })).toBeUndefined();
  });

  it('makes no call wait where that would hold a place', async () => {
    const run = chain(['rateLimit']);
    await Promise.all([run({}, empty), run({}, empty), run({}, empty)]);
  });
});

describe('redact', () => {
  it('takes secrets out of what comes back, and leaves what goes out', async () => {
    const redactor = new Redactor();
    redactor.add(['s3cret-value']);
    const run = chain(['redact'], { redactor });
    const args = { apiKey: 's3cret-value', password: 'x y z' };
    const pretty = JSON.stringify({ user: 'me', password: 'hunter22', list: [{ 'api-key': 'abc' }] }, undefined, 2);
    const result = await run(args, async (call) => {
      expect(call.arguments).toBe(args);
      return {
        content: [
          { type: 'text', text: 'it is s3cret-value' },
          { type: 'text', text: pretty },
          { type: 'text', text: '{ "user" :  "me", "n": 12345678901234567890 }' },
          { type: 'text', text: '{"password": "hun' },
          { type: 'resource', resource: { uri: 'x:/', text: '{"token":"abcd"}' } },
          { type: 'image', data: 'AAAA', mimeType: 'image/png' },
        ],
        structuredContent: { secret: 'abcd', kept: 's3cret-value', n: 1 },
        _meta: { a: 1 },
      };
    });
    expect(result.content.map(({ text }) => text)).toEqual([
      'it is ••••',
      JSON.stringify({ user: 'me', password: '••••', list: [{ 'api-key': '••••' }] }, undefined, 2),
      '{ "user" :  "me", "n": 12345678901234567890 }',
      '{"password": "hun',
      undefined,
      undefined,
    ]);
    expect(result.content[4]?.resource).toEqual({ uri: 'x:/', text: '{"token":"••••"}' });
    expect(result.content[5]).toEqual({ type: 'image', data: 'AAAA', mimeType: 'image/png' });
    expect(JSON.stringify(result.structuredContent)).toBe('{"secret":"••••","kept":"••••","n":1}');
    expect(result._meta).toEqual({ a: 1 });
    expect(args).toEqual({ apiKey: 's3cret-value', password: 'x y z' });
  });

  it('cannot be made where nothing knows the secrets', () => {
    expect(() => registryWithAll().registry.resolve(['redact'], contextWith())).toThrow(
      'The middleware "redact" could not be made: nothing here knows the secrets.',
    );
  });
});

describe('validate', () => {
  const withProblems = (problems: readonly ArgumentProblem[]) =>
    chain(['validate'], {
      validate: {
        schemaOf: (tool) => (tool === 'echo' ? { type: 'object' } : undefined),
        validateArguments: async () => problems,
      },
    });

  it('lets fitting arguments pass', async () => {
    expect(await withProblems([])({ a: 1 }, empty)).toEqual({ content: [] });
  });

  it('names each place that does not fit, and sends nothing', async () => {
    let sent = 0;
    const run = withProblems([
      { pointer: '', message: 'needs "b".' },
      { pointer: '/a/0', message: 'must be text' },
      ...Array.from({ length: 20 }, () => ({ pointer: '/x', message: 'y'.repeat(10_000) })),
    ]);
    const error = await run({}, async () => {
      sent++;
      return { content: [] };
    }).catch((cause) => cause);
    expect(error.kind).toBe('config');
    expect(error.message).toMatch(
      /^The middleware "validate" refused the call: The arguments do not fit the tool "echo": the arguments: needs "b"; \/a\/0: must be text; /,
    );
    expect(error.message).toMatch(/; 12 more\.$/);
    expect(error.message.length).toBeLessThan(3000);
    expect(sent).toBe(0);
  });

  it('lets a tool pass that is not known', async () => {
    const run = chain(['validate'], {
      validate: { schemaOf: () => undefined, validateArguments: async () => [{ pointer: '', message: 'never' }] },
    });
    expect(await run({}, empty)).toEqual({ content: [] });
  });
});

describe('MiddlewareRegistry', () => {
  it('knows what comes with the core, and forgets it when told', () => {
    const { registry, disposable } = registryWithAll();
    expect(registry.names()).toEqual(['logging', 'rateLimit', 'redact', 'validate']);
    disposable.dispose();
    expect(registry.names()).toEqual([]);
  });

  it('refuses a name that is taken or is none, and what is no middleware', () => {
    const { registry } = registryWithAll();
    const own = async () => ({ content: [] });
    expect(() => registry.register('logging', own)).toThrow('is registered already');
    for (const name of ['', '1a', 'a b', 'a\n', 'x'.repeat(65), '__proto__']) {
      expect(() => registry.register(name, own)).toThrow('cannot be the name of a middleware');
    }
    expect(() => registry.register('fine', {} as never)).toThrow('is no function');
    const first = registry.register('own', own);
    first.dispose();
    registry.register('own', { create: () => own });
    first.dispose();
    expect(registry.names()).toContain('own');
  });

  it('names what is near where nobody registered a name, and refuses the same one twice', () => {
    const { registry } = registryWithAll();
    const resolve = (...names: string[]) => registry.resolve(names, contextWith());
    expect(() => resolve('loging')).toThrow(
      '"Demo" has the middleware "loging", which nobody registered. Did you mean "logging"?',
    );
    expect(() => resolve('constructor')).toThrow('which nobody registered.');
    expect(() => resolve('logging', 'logging')).toThrow('"Demo" has the middleware "logging" twice.');
    expect(resolve('rateLimit', 'logging').map(({ name }) => name)).toEqual(['rateLimit', 'logging']);
  });

  it('says which factory failed', () => {
    const { registry } = registryWithAll();
    registry.register('none', { create: () => undefined as never });
    registry.register('thrower', {
      create: () => {
        throw new Error('no licence');
      },
    });
    const resolve = (name: string) => registry.resolve([name], contextWith());
    expect(() => resolve('none')).toThrow('"none" could not be made: "create" returned no function.');
    expect(() => resolve('thrower')).toThrow('"thrower" could not be made: no licence');
  });
});
