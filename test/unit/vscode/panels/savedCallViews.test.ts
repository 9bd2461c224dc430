import { describe, expect, it } from 'vitest';
import { readSavedCalls, setSavedCall } from '../../../../src/core/config/savedCalls';
import type { JsonObject } from '../../../../src/shared/json';
import {
  argumentsOf,
  argumentsText,
  problemViews,
  savedCallRows,
  savedCallViews,
  suggestedName,
} from '../../../../src/vscode/panels/savedCallViews';
import { fc } from '../../../support/fastCheck';
import { snapshot } from '../snapshots';

const t = (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, at: string) => String(args[Number(at)]));
const TARGET = { server: 'demo', tool: 'search' };

function file(text: string, name = 'app') {
  return {
    folder: { name, uri: { toString: () => `file:///${name}` } },
    path: `${name}/calls.json`,
    ...readSavedCalls(text),
  };
}

function call(name: string, args: string, target: object = TARGET): string {
  return `{ "name": ${JSON.stringify(name)}, ${JSON.stringify(target).slice(1, -1)}, "arguments": ${args} }`;
}

const listOf = (...calls: string[]) => `{ "calls": [\n${calls.join(',\n')}\n] }`;

describe('saved calls as a panel lists them', () => {
  it('are those of its tool, on one line each, with what cannot be used said', () => {
    const text = listOf(
      call('first', '{ "q": "a\\nb", // note\n "n": 1, }'),
      call('other tool', '{}', { server: 'demo', tool: 'x' }),
      call('other server', '{}', { server: 'x', tool: 'search' }),
      call('large', '{ "id": 9007199254740993 }'),
      call('twice', '{ "a": 1, "a": 2 }'),
      call('\u202eodd', '{ "q": "\u202e" }'),
    );
    const views = savedCallViews(file(text), TARGET, false);
    expect(views.map(({ name, problem }) => [name, problem])).toEqual([
      ['first', undefined],
      ['large', expect.stringContaining('beyond 2^53')],
      ['twice', 'The key "a" is there twice.'],
      ['\u202eodd', undefined],
    ]);
    expect(views[0]).toEqual({ folder: 'file:///app', name: 'first', label: 'first', args: '{"q":"a\\nb","n":1}' });
    expect(views[3]?.label).toBe('\\u{202e}odd');
    expect(views[3]?.args).toBe('{"q":"\\u{202e}"}');
    expect(savedCallViews(file(text), TARGET, true)[0]?.folderName).toBe('app');
  });

  it('shows the beginning of long arguments', () => {
    const [view] = savedCallViews(file(listOf(call('long', `{ "q": "${'x'.repeat(100_000)}" }`))), TARGET, false);
    expect(view?.args).toHaveLength(200);
  });

  it('names a problem of an entry only at its tool, and one of the file at every tool', () => {
    const other = { server: 'demo', tool: 'login' };
    const twice = file(listOf(call('a', '{}'), call('dup', '{}', other), call('dup', '{}', other), '{ "name": 5 }'));
    const told = (target?: typeof other, of = twice) => problemViews(of, 'f', target).map(({ message }) => message);
    expect(told(TARGET)).toEqual([]);
    expect(told(other)).toEqual(['"dup" stands twice for this tool: the first one counts']);
    expect(told().length).toBeGreaterThan(1);
    const wrong = file(listOf('{ "name": 5, "server": "demo", "tool": "login" }'));
    expect([told(TARGET, wrong).length, told(other, wrong).length]).toEqual([0, 1]);
    expect(told(TARGET, file('{ "calls": 1 }'))).toHaveLength(1);
    expect(told(TARGET, file('{ "calls": [')).length).toBeGreaterThan(0);
  });

  it('names the first problems with their places', () => {
    expect(problemViews(file('{\n  "calls": [ { ]\n}'), 'calls.json')[0]).toEqual({
      folder: 'file:///app',
      place: expect.stringMatching(/^calls\.json:2:\d+$/),
      message: expect.any(String),
      offset: expect.any(Number),
    });
    expect(problemViews(file(listOf(...Array.from({ length: 50 }, () => '5'))), 'x')).toHaveLength(5);
  });
});

describe('arguments in a file', () => {
  it('come back as they were in the form, whatever they hold', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
      fc.constantFrom(1e20, 1e-7, 2 ** 53),
    );
    const args = fc.dictionary(
      fc.string(),
      fc.oneof(number, fc.array(number), fc.string()),
    ) as fc.Arbitrary<JsonObject>;
    fc.assert(
      fc.property(args, (value) => {
        const text = setSavedCall('', { ...TARGET, name: 'n' }, argumentsText(value));
        const [found] = readSavedCalls(text).calls;
        const usable = argumentsOf(found ?? { argumentsJson: '' });
        expect(usable).toEqual({ ok: true, args: value });
        expect(usable.ok && Object.keys(usable.args)).toEqual(Object.keys(value));
      }),
    );
  });
});

describe('the picker over all saved calls', () => {
  const connected = snapshot({
    id: 'demo',
    name: 'Demo',
    state: { kind: 'connected', since: 0 },
    catalog: { status: 'live', tools: [{ tool: { name: 'search', inputSchema: {} }, callName: 'search' }] },
  });
  const text = listOf(
    call('a', '{ "q": 1 }'),
    call('b', '{}', { server: 'demo', tool: 'gone' }),
    call('c', '{}', { server: 'no\u200bpe', tool: 'x' }),
    call('d', '{}'),
  );

  it('groups by server and marks what is not there', () => {
    const rows = savedCallRows([file(text)], [connected], t);
    expect(rows.map((row) => ('value' in row ? [row.label, row.description, row.detail] : row.label))).toEqual([
      'Demo',
      ['a', 'search', '{"q":1}'],
      ['b', 'gone · the server does not offer it', '{}'],
      ['d', 'search', '{}'],
      'no\u200bpe · no such server',
      ['c', 'x', '{}'],
    ]);
    const unknown = savedCallRows([file(text)], [{ ...connected, state: { kind: 'disconnected' } as never }], t);
    expect(unknown[2]).toMatchObject({ label: 'b', description: 'gone' });
  });

  it('names the folder where several are open, and leads to what is wrong', () => {
    const rows = savedCallRows([file(text, 'one'), file('{ "calls": ', 'two')], [connected], t);
    expect(rows[1]).toMatchObject({
      description: 'search · one',
      value: { folder: 'file:///one', call: { name: 'a' } },
    });
    expect(rows.slice(-2)).toEqual([
      { label: 'Not read' },
      expect.objectContaining({ label: 'Open two/calls.json:1:12', value: { folder: 'file:///two', offset: 11 } }),
    ]);
    expect(savedCallRows([], [connected], t)).toEqual([]);
  });
});

describe('the name that is proposed', () => {
  it.each<[JsonObject, string]>([
    [{ limit: 5, filter: { text: 'weather in Berlin' } }, 'weather in Berlin'],
    [{ a: 2, empty: '', b: 40, deep: {}, sure: true }, 'a 2, b 40, sure true'],
    [{ query: '  \n', list: [] }, 'search'],
    [{}, 'search'],
    [{ list: ['', 'second'] }, 'second'],
    [{ text: `${'x'.repeat(60)}` }, `${'x'.repeat(39)}…`],
    [{ text: 'two\nlines' }, 'two lines'],
  ])('for %j is %s', (args, name) => {
    expect(suggestedName(args, 'search', [])).toBe(name);
  });

  it('is not taken yet', () => {
    expect(suggestedName({ q: 'a' }, 'search', ['a', 'a 2'])).toBe('a 3');
  });
});
