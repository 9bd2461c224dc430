import { beforeEach, describe, expect, it } from 'vitest';
import { deferred } from '../../../../src/base/deferred';
import { checkElicitAnswer, readElicitation } from '../../../../src/core/connection/elicitation';
import type { QuestionEffect } from '../../../../src/core/connection/questionPace';
import { QuestionQueue } from '../../../../src/core/connection/questionQueue';
import { createServerLog, mcpLogLevel } from '../../../../src/core/connection/serverLog';
import { ServerRequests } from '../../../../src/core/connection/serverRequests';
import { headerProblem, toolHeaders } from '../../../../src/core/connection/toolHeaders';
import type { ElicitRequest, Interaction, SampleRequest } from '../../../../src/core/ports';
import type { JsonObject } from '../../../../src/shared/json';
import { ManualClock, settle } from '../../../support/manualClock';

const never = new AbortController().signal;
const form = (properties: JsonObject, required: string[] = []) => ({
  message: 'Hello',
  requestedSchema: { type: 'object', properties, required },
});
const fieldsOf = (request: ElicitRequest) => (request.mode === 'form' ? request.fields : []);

describe('readElicitation', () => {
  it('reads every kind of field with its label and its preset', () => {
    const request = readElicitation(
      form(
        {
          plain: { type: 'string', title: 'Plain', description: 'Some text', default: 'x', maxLength: 5 },
          mail: { type: 'string', format: 'email' },
          count: { type: 'integer', default: 3 },
          ratio: { type: 'number' },
          agree: { type: 'boolean', default: false },
          one: { type: 'string', enum: ['a', 'b'], enumNames: ['A', 'B'], default: 'b' },
          titled: { type: 'string', oneOf: [{ const: 'a', title: 'The A' }] },
          several: { type: 'array', items: { enum: ['a', 'b'] }, default: ['a'] },
          severalTitled: { type: 'array', items: { anyOf: [{ const: 'a', title: 'The A' }] } },
        },
        ['plain'],
      ),
      'srv',
    );
    expect(request).toMatchObject({ mode: 'form', serverName: 'srv', message: 'Hello' });
    expect(fieldsOf(request)).toMatchObject([
      { name: 'plain', title: 'Plain', description: 'Some text', required: true, kind: 'text', default: 'x' },
      { name: 'mail', kind: 'text', format: 'email', required: false },
      { name: 'count', kind: 'number', integer: true, default: 3 },
      { name: 'ratio', kind: 'number', integer: false },
      { name: 'agree', kind: 'boolean', default: false },
      { name: 'one', kind: 'choice', options: [{ value: 'a', label: 'A' }, { value: 'b' }], default: 'b' },
      { name: 'titled', kind: 'choice', options: [{ value: 'a', label: 'The A' }] },
      { name: 'several', kind: 'choices', options: [{ value: 'a', label: 'a' }, { value: 'b' }], default: ['a'] },
      { name: 'severalTitled', kind: 'choices', options: [{ value: 'a', label: 'The A' }] },
    ]);
  });

  it.each<[string, JsonObject]>([
    ['no schema', { message: 'x' }],
    ['a nested object', form({ a: { type: 'object' } })],
    ['a list without choices', form({ a: { type: 'array', items: { type: 'string' } } })],
    ['a choice that is no text', form({ a: { enum: [1] } })],
    ['no choice', form({ a: { enum: [] } })],
    ['too many choices', form({ a: { enum: Array.from({ length: 501 }, (_, i) => `${i}`) } })],
    ['too many fields', form(Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`f${i}`, { type: 'string' }])))],
    ['an unknown mode', { mode: 'voice', message: 'x' }],
    ['a script', { mode: 'url', message: 'x', url: 'javascript:alert(1)' }],
    ['plain http elsewhere', { mode: 'url', message: 'x', url: 'http://example.com/' }],
    ['credentials in the address', { mode: 'url', message: 'x', url: 'https://good.com@evil.com/' }],
    ['a command of the editor', { mode: 'url', message: 'x', url: 'vscode://x/y' }],
    ['a host that only begins like loopback', { mode: 'url', message: 'x', url: 'http://127.0.0.1.evil.com/' }],
    ['an address without end', { mode: 'url', message: 'x', url: `https://a.com/${'x'.repeat(5000)}` }],
  ])('refuses %s with invalid params', (_what, params) => {
    expect(() => readElicitation(params, 'srv')).toThrow(expect.objectContaining({ kind: 'protocol', code: -32602 }));
  });

  it('takes addresses of this machine and shortens long texts', () => {
    const url = { mode: 'url', message: 'x'.repeat(10_000), url: 'http://[::1]:8080/in' };
    const request = readElicitation(url, 'srv');
    expect(request).toMatchObject({ url: 'http://[::1]:8080/in', host: '[::1]:8080', isPunycode: false });
    expect(request.message).toHaveLength(4001);
    expect(readElicitation({ ...url, url: 'https://аpple.com/' }, 'srv')).toMatchObject({
      host: 'xn--pple-43d.com',
      isPunycode: true,
    });
  });

  it('keeps a field named like a member of every object', () => {
    const params = JSON.parse('{"requestedSchema":{"type":"object","properties":{"__proto__":{"type":"string"}}}}');
    const request = readElicitation(params, 'srv');
    expect(fieldsOf(request)).toMatchObject([{ name: '__proto__' }]);
    const content = JSON.parse('{"__proto__":"x"}');
    expect(JSON.stringify(checkElicitAnswer(request, { action: 'accept', content }))).toContain('"__proto__":"x"');
  });
});

describe('the schema of a question', () => {
  it('holds what was understood, and nothing else that the server wrote', () => {
    const request = readElicitation(
      form(
        {
          text: { type: 'string', format: 'email', minLength: 1, maxLength: 5, pattern: '^(a+)+$', $ref: '#' },
          count: { type: 'integer', minimum: 0, maximum: Number.NaN, default: 3 },
          agree: { type: 'boolean', title: 'Agree', description: 'x'.repeat(2000) },
          one: { type: 'string', enum: ['a', 'a', 'b'], enumNames: ['A'] },
          several: { type: 'array', items: { enum: ['a', 'b'] }, minItems: 1, default: ['b'], if: {} },
          ['__proto__']: { type: 'string', properties: {} },
        },
        ['text', 'gone'],
      ),
      'srv',
    );
    expect('schema' in request && request.schema).toEqual({
      type: 'object',
      required: ['text'],
      properties: {
        text: { type: 'string', title: 'text', format: 'email', minLength: 1, maxLength: 5 },
        count: { type: 'integer', title: 'count', minimum: 0, default: 3 },
        agree: { type: 'boolean', title: 'Agree', description: `${'x'.repeat(1000)}…` },
        one: {
          type: 'string',
          title: 'one',
          oneOf: [
            { const: 'a', title: 'A' },
            { const: 'b', title: 'b' },
          ],
        },
        several: {
          type: 'array',
          title: 'several',
          items: {
            type: 'string',
            oneOf: [
              { const: 'a', title: 'a' },
              { const: 'b', title: 'b' },
            ],
          },
          uniqueItems: true,
          minItems: 1,
          default: ['b'],
        },
        ['__proto__']: { type: 'string', title: '__proto__' },
      },
    });
  });
});

describe('an answer', () => {
  const cases: [schema: JsonObject, good: unknown[], bad: unknown[]][] = [
    [{ type: 'string', minLength: 2, maxLength: 3 }, ['ab', '😀😀😀'], ['a', 'abcd', 1]],
    [{ type: 'string', format: 'email' }, ['a@b'], ['a', 'a b@c']],
    [{ type: 'string', format: 'uri' }, ['https://x'], ['x y', 'x']],
    [{ type: 'string', format: 'date' }, ['2026-01-31'], ['2026-13-01', '31.1.2026']],
    [{ type: 'string', format: 'date-time' }, ['2026-01-31T10:00:00Z'], ['2026-01-31', 'now']],
    [{ type: 'integer', minimum: 1, maximum: 3 }, [1, 3], [0, 4, 1.5, '1']],
    [{ type: 'number' }, [0.5], [Number.NaN, Number.POSITIVE_INFINITY, '1', null]],
    [{ type: 'boolean' }, [true, false], ['true', 0]],
    [{ type: 'string', enum: ['a'] }, ['a'], ['b', '', ['a']]],
    [{ type: 'array', items: { enum: ['a', 'b'] }, minItems: 1, maxItems: 1 }, [['a']], [[], ['a', 'b'], ['c'], 'a']],
    [{ type: 'array', items: { enum: ['a', 'b'] } }, [[], ['a', 'b']], [['a', 'a']]],
  ];

  it.each(cases)('for %o is checked before it is sent', (schema, good, bad) => {
    const request = readElicitation(form({ value: schema }), 'srv');
    const check = (value: unknown) => checkElicitAnswer(request, { action: 'accept', content: { value } as never });
    for (const value of good) expect(check(value)).toEqual({ action: 'accept', content: { value } });
    for (const value of bad) expect(() => check(value), String(value)).toThrow('was not sent');
  });

  it('holds what is required and nothing else', () => {
    const request = readElicitation(form({ a: { type: 'string' }, b: { type: 'string' } }, ['a']), 'srv');
    expect(() => checkElicitAnswer(request, { action: 'accept', content: { b: 'x' } })).toThrow('required');
    expect(() => checkElicitAnswer(request, { action: 'accept', content: { a: 'x', c: 'x' } })).toThrow('"c"');
    expect(checkElicitAnswer(request, { action: 'decline', content: { a: 'x' } })).toEqual({ action: 'decline' });
  });
});

describe('QuestionQueue', () => {
  let clock: ManualClock;
  let queue: QuestionQueue;
  let opens: boolean[];

  beforeEach(() => {
    clock = new ManualClock();
    queue = new QuestionQueue(clock);
    opens = [];
    queue.onDidChangeOpen((open) => opens.push(open));
  });

  it('asks one at a time, in order', async () => {
    const [first, second] = [deferred<string>(), deferred<string>()];
    const asked: string[] = [];
    const note = (name: string, answer: Promise<string>) => {
      asked.push(name);
      return answer;
    };
    const one = queue.ask(() => note('one', first.promise), never);
    const two = queue.ask(() => note('two', second.promise), never);
    await settle();
    expect([asked, opens]).toEqual([['one'], [true]]);
    first.resolve('1');
    await one;
    await settle();
    expect([asked, queue.isOpen]).toEqual([['one', 'two'], true]);
    second.resolve('2');
    expect(await two).toBe('2');
    expect(opens).toEqual([true, false]);
    expect(clock.pending).toBe(0);
  });

  it('goes on after one that fails, and refuses more than it can hold', async () => {
    const failing = queue.ask(async () => Promise.reject(new Error('no')), never);
    const others = Array.from({ length: 15 }, (_, i) => queue.ask(async () => i, never));
    await expect(queue.ask(async () => 0, never)).rejects.toMatchObject({ kind: 'limit' });
    await expect(failing).rejects.toThrow('no');
    await clock.advance(1000);
    expect(await Promise.all(others)).toHaveLength(15);
  });

  it('takes a question back when the time is over, when the server gives up and when the connection ends', async () => {
    const signals: AbortSignal[] = [];
    const open = (signal: AbortSignal, why: object) => {
      const question = queue.ask((until) => {
        signals.push(until);
        return new Promise(() => {});
      }, signal);
      return expect(question).rejects.toMatchObject(why);
    };
    const late = open(never, { kind: 'timeout' });
    await settle();
    await clock.advance(10 * 60_000);
    await late;
    await clock.advance(1000);
    const abort = new AbortController();
    const given = open(abort.signal, { message: 'given up' });
    await settle();
    abort.abort(new Error('given up'));
    await given;
    await clock.advance(2000);
    const last = [open(never, { kind: 'connectionClosed' }), open(never, { kind: 'connectionClosed' })];
    await settle();
    queue.dispose();
    await Promise.all(last);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    expect(clock.pending).toBe(0);
  });

  it('gives each question its whole time, however long it waited for its turn', async () => {
    const shown = deferred<void>();
    const first = queue.ask(() => new Promise(() => {}), never);
    const second = queue.ask(() => {
      shown.resolve();
      return new Promise<string>(() => {});
    }, never);
    const ends = Promise.allSettled([first, second]);
    let isOver = false;
    void second.catch(() => {
      isOver = true;
    });
    await settle();
    await clock.advance(10 * 60_000);
    // After a question without an answer the next one waits a moment.
    await clock.advance(1000);
    expect(shown.isSettled).toBe(true);
    await clock.advance(10 * 60_000 - 1001);
    expect(isOver).toBe(false);
    await clock.advance(1001);
    for (const end of await ends) expect(end).toMatchObject({ reason: { kind: 'timeout' } });
    expect(clock.pending).toBe(0);
  });

  it('waits longer after each refusal, and not at all after an answer or a silence', async () => {
    let shown = 0;
    const ask = (effect: QuestionEffect) =>
      queue.ask(
        async () => ++shown,
        never,
        () => effect,
      );
    await ask('refused');
    for (const pause of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      const before = shown;
      const next = ask('refused');
      await clock.advance(pause - 1);
      expect(shown).toBe(before);
      await clock.advance(1);
      await next;
    }
    const answered = ask('answered');
    await clock.advance(30_000);
    await answered;
    await ask('refused');
    await clock.advance(60_001);
    await ask('refused');
    const again = ask('answered');
    await clock.advance(1000);
    await again;
    expect(clock.pending).toBe(0);
  });

  it('shows a flood of questions at most thirty a minute, however they are answered', async () => {
    let shown = 0;
    const start = clock.now();
    for (; shown < 30; ) await queue.ask(async () => ++shown, never);
    expect(clock.now()).toBe(start);
    const next = queue.ask(async () => ++shown, never);
    await clock.advance(59_999);
    expect(shown).toBe(30);
    await clock.advance(1);
    expect(await next).toBe(31);
  });

  it('leaves no timer behind a question that is taken back while it waits', async () => {
    await queue.ask(
      async () => 0,
      never,
      () => 'refused',
    );
    const abort = new AbortController();
    const waiting = expect(queue.ask(async () => 0, abort.signal)).rejects.toThrow('gone');
    await settle();
    abort.abort(new Error('gone'));
    await waiting;
    expect(clock.pending).toBe(0);
  });

  it('asks nothing more once the person has had enough', async () => {
    let shown = 0;
    const ask = () =>
      queue.ask(
        async () => ++shown,
        never,
        () => 'stopped',
      );
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, undefined, undefined]);
    for (let i = 0; i < 100; i++) expect(await ask()).toBeUndefined();
    expect([shown, clock.pending, queue.isOpen]).toEqual([1, 0, false]);
  });
});

describe('ServerRequests', () => {
  const create = (interaction: Interaction | undefined) =>
    new ServerRequests({ interaction, serverName: 'srv', clock: new ManualClock() });

  it('declares only what the host can do', () => {
    expect(create(undefined).capabilities).toEqual({});
    expect(create({ roots: () => [] }).capabilities).toEqual({ roots: { listChanged: true } });
    const all: Interaction = {
      elicit: async () => ({ action: 'cancel' }),
      sample: async () => undefined,
      roots: () => [],
    };
    expect(create(all).capabilities).toEqual({
      elicitation: { form: {}, url: {} },
      sampling: {},
      roots: { listChanged: true },
    });
  });

  it('refuses what it did not declare', async () => {
    for (const method of ['elicitation/create', 'sampling/createMessage', 'roots/list', 'tools/call']) {
      await expect(create({}).answer(method, {}, never)).rejects.toMatchObject({ code: -32601 });
    }
  });

  const message = { role: 'user', content: { type: 'text', text: 'x' } };
  it.each<[string, JsonObject]>([
    ['tools', { messages: [message], maxTokens: 1, tools: [] }],
    ['no messages', { messages: [], maxTokens: 1 }],
    ['too many messages', { messages: Array.from({ length: 101 }, () => message), maxTokens: 1 }],
    ['too much text', { messages: [message], systemPrompt: 'x'.repeat(1_000_001), maxTokens: 1 }],
    ['an unknown role', { messages: [{ ...message, role: 'system' }], maxTokens: 1 }],
    ['no limit', { messages: [message] }],
  ])('refuses sampling with %s', async (_what, params) => {
    let asked = 0;
    const requests = create({ sample: async () => void asked++ as undefined });
    await expect(requests.answer('sampling/createMessage', params, never)).rejects.toMatchObject({ code: -32602 });
    expect(asked).toBe(0);
  });

  it('declines what comes after the person wants no more questions', async () => {
    let asked = 0;
    const count = () => {
      asked += 1;
      return true as const;
    };
    const sampled = { messages: [message], maxTokens: 5 };
    const elicited = { message: 'x', requestedSchema: { properties: {} } };
    const byForm = create({
      elicit: async () => ({ action: 'decline', stopsQuestions: count() }),
      sample: async () => ({ text: String(++asked), model: 'm' }),
    });
    for (let i = 0; i < 3; i++) {
      expect(await byForm.answer('elicitation/create', elicited, never)).toEqual({ action: 'decline' });
    }
    await expect(byForm.answer('sampling/createMessage', sampled, never)).rejects.toMatchObject({ code: -1 });
    expect(asked).toBe(1);
    const bySample = create({ sample: async () => ({ stopsQuestions: count() }) });
    for (let i = 0; i < 3; i++) {
      await expect(bySample.answer('sampling/createMessage', sampled, never)).rejects.toMatchObject({ code: -1 });
    }
    expect(asked).toBe(2);
  });

  it('hands on the hints and tells the server when the person refuses', async () => {
    const seen: SampleRequest[] = [];
    const requests = create({ sample: async (request) => void seen.push(request) as undefined });
    const modelPreferences = { hints: [{ name: 'big' }, {}, { name: 7 }] };
    const params = { messages: [message], maxTokens: 5, systemPrompt: 'Be brief.', modelPreferences };
    await expect(requests.answer('sampling/createMessage', params, never)).rejects.toMatchObject({ code: -1 });
    expect(seen).toMatchObject([{ modelHints: ['big'], systemPrompt: 'Be brief.', maxTokens: 5 }]);
  });
});

describe('who is asked', () => {
  const params = form({});
  const create = () => {
    const asked: string[] = [];
    const by = (name: string) => async () => {
      asked.push(name);
      return { action: 'accept' as const };
    };
    const requests = new ServerRequests({
      interaction: { elicit: by('host') },
      serverName: 'srv',
      clock: new ManualClock(),
    });
    let handler: ((request: object, context: object) => Promise<unknown>) | undefined;
    requests.attach({
      setRequestHandler: (method: string, handle: typeof handler) => {
        if (method === 'elicitation/create') handler = handle;
      },
    } as never);
    const receive = () => handler?.({ method: 'elicitation/create', params }, { mcpReq: { signal: never } });
    return { asked, by, requests, receive };
  };

  it('is who made the only request that is open, else the host', async () => {
    const { asked, by, requests, receive } = create();
    await receive();
    const first = requests.during(by('first'));
    await receive();
    const second = requests.during(by('second'));
    await receive();
    first.dispose();
    await receive();
    second.dispose();
    requests.during(undefined);
    await receive();
    expect(asked).toEqual(['host', 'first', 'host', 'second', 'host']);
  });

  it('is who is named, whatever else is open', async () => {
    const { asked, by, requests } = create();
    requests.during(by('first'));
    requests.during(by('second'));
    await requests.answer('elicitation/create', params, never, by('second'));
    await requests.answer('elicitation/create', params, never);
    expect(asked).toEqual(['second', 'host']);
  });

  it('is nobody where the host offers nobody', async () => {
    const { asked, by } = create();
    const requests = new ServerRequests({ interaction: undefined, serverName: 'srv', clock: new ManualClock() });
    await expect(requests.answer('elicitation/create', params, never, by('own'))).rejects.toMatchObject({
      code: -32601,
    });
    expect(asked).toEqual([]);
  });
});

describe('the log of a server', () => {
  it('goes out bounded, on one line, at its level, and a flood is cut off', async () => {
    const clock = new ManualClock();
    const lines: string[] = [];
    const at = (level: string) => (text: string) => void lines.push(`${level} ${text}`);
    const log = { trace: at('trace'), debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
    const write = createServerLog(log, clock);
    write({ level: 'notice', data: 'a\nb' });
    write({ level: 'emergency', logger: 'disk', data: { full: true } });
    write({ level: 'toString', data: 'x'.repeat(5000) });
    expect(lines).toEqual([
      'info [server] a b',
      'error [server] disk: {"full":true}',
      `info [server] ${'x'.repeat(2000)}…`,
    ]);
    for (let i = 0; i < 200; i++) write({ level: 'debug', data: 'flood' });
    expect(lines).toHaveLength(100);
    await clock.advance(1000);
    write({ level: 'debug', data: 'after' });
    expect(lines.slice(100)).toEqual(['warn [server] 103 messages were left out.', 'debug [server] after']);
  });

  it('asks for the level of the configuration', () => {
    const levels = (['error', 'warn', 'info', 'debug', 'trace'] as const).map(mcpLogLevel);
    expect(levels).toEqual(['error', 'warning', 'info', 'debug', 'debug']);
  });
});

describe('Mcp-Param headers', () => {
  const schema = (properties: JsonObject) => ({ type: 'object', properties });
  const text = (header: string) => ({ type: 'string', 'x-mcp-header': header });

  it('mirror the marked arguments', () => {
    const inner = { type: 'object', properties: { count: { type: 'integer', 'x-mcp-header': 'Count' } } };
    const marked = schema({
      region: text('Region'),
      dry: { type: 'boolean', 'x-mcp-header': 'Dry' },
      inner,
      plain: {},
    });
    const args = { region: 'eu', dry: false, inner: { count: 3 }, plain: 'x' };
    expect(toolHeaders(marked, args)).toEqual({
      'Mcp-Param-Region': 'eu',
      'Mcp-Param-Dry': 'false',
      'Mcp-Param-Count': '3',
    });
    expect(toolHeaders(marked, { region: null, inner: 'none' })).toEqual({});
    expect(toolHeaders(undefined, args)).toEqual({});
  });

  it.each([
    ['Grüße', 'R3LDvMOfZQ=='],
    ['', ''],
    [' x', 'IHg='],
    ['a\nb', 'YQpi'],
    ['=?base64?eA==?=', 'PT9iYXNlNjQ/ZUE9PT89'],
  ])('encode %j', (value, base64) => {
    const headers = toolHeaders(schema({ a: text('A') }), { a: value });
    expect(headers).toEqual({ 'Mcp-Param-A': `=?base64?${base64}?=` });
  });

  it.each<[string, JsonObject]>([
    ['a number', schema({ a: { type: 'number', 'x-mcp-header': 'A' } })],
    ['a name that is no token', schema({ a: text('A B') })],
    ['line breaks', schema({ a: text('A\r\nX') })],
    ['two of one name', schema({ a: text('A'), b: text('a') })],
    ['a list item', schema({ a: { type: 'array', items: text('A') } })],
    ['one of several shapes', { oneOf: [schema({ a: text('A') })] }],
    ['the root', { type: 'string', 'x-mcp-header': 'A' }],
  ])('are refused for %s', (_what, inputSchema) => {
    expect(headerProblem(inputSchema)).toMatch(/x-mcp-header/);
    expect(toolHeaders(inputSchema, { a: 'x' })).toEqual({});
  });

  it('mean nothing in data', () => {
    expect(headerProblem(schema({ a: { type: 'object', default: { 'x-mcp-header': 1 } } }))).toBeUndefined();
    expect(headerProblem(schema({ 'x-mcp-header': { type: 'string' } }))).toBeUndefined();
  });
});
