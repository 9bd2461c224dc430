import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import {
  readSavedCalls,
  removeSavedCall,
  renameSavedCall,
  type SavedCallKey,
  setSavedCall,
} from '../../../../src/core/config/savedCalls';
import { savedCallsJsonSchema } from '../../../../src/core/config/savedCallsSchema';
import { formatJson, parseJsonText } from '../../../../src/forms/jsonText';
import type { JsonObject, JsonValue } from '../../../../src/shared/json';
import { fc, runsOr } from '../../../support/fastCheck';

const FILE = `// ours
{
  "team": "blue", // whose it is
  "calls": [
    // the daily one
    { "name": "today", "server": "s", "tool": "search", "arguments": { "query": "a" }, "note": 1 }, // behind today
    {
      "name": "big", "server": "s", "tool": "search",
      "arguments": { "z": 1e400, "a": [9007199254740993, /* odd */ -0,], }
    } // behind big
  ]
}
`;
const COMMENTS = ['// ours', '// whose it is', '// the daily one', '// behind today', '// behind big'];
const TODAY: SavedCallKey = { server: 's', tool: 'search', name: 'today' };

const keys = (text: string) => readSavedCalls(text).calls.map(({ server, tool, name }) => [server, tool, name]);
const fails = (message: string) =>
  expect.objectContaining({ kind: 'config', message: expect.stringContaining(message) });

describe('a file with saved calls', () => {
  it('gives each call with its arguments as they are written', () => {
    const { calls, problems, broken } = readSavedCalls(FILE);
    expect(calls.map(({ name, argumentsJson }) => [name, argumentsJson])).toEqual([
      ['today', '{"query":"a"}'],
      ['big', '{"z":1e400,"a":[9007199254740993,-0]}'],
    ]);
    expect([problems, broken]).toEqual([[], false]);
    expect(FILE.slice(calls[0]?.place.offset)).toMatch(/^\{ "query": "a" \}, "note"/);
  });

  it.each(['', ' \n', '// nothing yet', '{}', '{ "calls": [] }'])('holds none in %j', (text) => {
    expect(readSavedCalls(text)).toEqual({ calls: [], problems: [], broken: false });
  });

  it.each([
    ['{ "calls": [ { "name": ] }', 'Expected a value', 0, 23],
    ['[]', 'must hold an object', 0, 0],
    ['{\n  "calls": {}\n}', 'calls must be a list of calls; found an object', 1, 11],
    ['{ "calls": [], "calls": [] }', '"calls" stands twice', 0, 2],
    ['x'.repeat(1024 * 1024 + 1), 'larger than 1 MiB', 0, 0],
    [`{ "calls": ${'['.repeat(200)}`, 'nested more than 100 deep', 0, 110],
  ])('says where %.40s is broken, and is never changed then', (text, message, line, column) => {
    const { broken, problems } = readSavedCalls(text);
    expect(broken).toBe(true);
    expect(problems[0]).toMatchObject({ message: expect.stringContaining(message), line, column });
    expect(() => setSavedCall(text, TODAY, '{}')).toThrow(fails(message));
    expect(() => renameSavedCall(text, TODAY, 'x')).toThrow(fails(message));
    expect(() => removeSavedCall(text, TODAY)).toThrow(fails(message));
  });

  it('leaves out what is no call, says why, and goes on', () => {
    const good = '{ "name": "ok", "server": "s", "tool": "t" }';
    const bad = [
      '5',
      '{ "server": "s", "tool": "t" }',
      '{ "name": " ", "server": "s", "tool": "t" }',
      `{ "name": "${'x'.repeat(101)}", "server": "s", "tool": "t" }`,
      '{ "name": "n", "server": 1, "tool": "t" }',
      '{ "name": "n", "server": "s", "tool": "t", "arguments": [] }',
      good,
    ];
    const text = `{ "calls": [\n${[good, ...bad].join(',\n')}\n] }`;
    const { calls, problems, broken } = readSavedCalls(text);
    expect(broken).toBe(false);
    expect(calls).toMatchObject([{ name: 'ok', argumentsJson: '{}' }]);
    expect(problems.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(problems[1]?.message).toBe('calls[2].name is missing: it must be text of 1 to 100 characters');
    expect(problems[6]?.message).toBe('"ok" stands twice for this tool: the first one counts');
    expect(keys(setSavedCall(text, TODAY, '{}'))).toHaveLength(2);
  });

  it('reads no more than a thousand calls', () => {
    const calls = Array.from({ length: 1_001 }, (_, i) => ({ name: `n${i}`, server: 's', tool: 't' }));
    const text = JSON.stringify({ calls });
    const read = readSavedCalls(text);
    expect(read.calls).toHaveLength(1_000);
    expect(read.problems[0]?.message).toContain('first 1000');
    expect(() => setSavedCall(text, TODAY, '{}')).toThrow(fails('could not be read'));
  });
});

describe('setSavedCall', () => {
  it('makes a whole file of nothing', () => {
    expect(setSavedCall('', TODAY, '{\n  "query": "a"\n}')).toBe(
      `{
  "calls": [
    {
      "name": "today",
      "server": "s",
      "tool": "search",
      "arguments": {
        "query": "a"
      }
    }
  ]
}
`,
    );
  });

  it('adds behind the last one and touches nothing else', () => {
    const text = setSavedCall(FILE, { ...TODAY, name: 'new' }, '{}');
    expect(text).toBe(
      FILE.replace(
        '} // behind big',
        '}, // behind big\n    {\n      "name": "new",\n      "server": "s",\n      "tool": "search",\n      "arguments": {}\n    }',
      ),
    );
  });

  it('replaces only the arguments of the one of that name', () => {
    expect(setSavedCall(FILE, TODAY, '{}')).toBe(FILE.replace('{ "query": "a" }', '{}'));
  });

  it('indents as the file does', () => {
    const tabs = '{\r\n\t"calls": [\r\n\t]\r\n}';
    const text = setSavedCall(tabs, TODAY, '{\n  "a": {\n    "b": 1\n  }\n}');
    expect(text).toContain('\r\n\t\t\t"arguments": {\r\n\t\t\t\t"a": {\r\n\t\t\t\t\t"b": 1\r\n');
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]| {2}/);
  });

  it('refuses arguments that could not be read again', () => {
    const deep = `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`;
    for (const args of [deep, `{"a":"${'x'.repeat(1024 * 1024)}"}`]) {
      expect(() => setSavedCall(FILE, TODAY, args)).toThrow(fails('cannot be saved'));
    }
  });

  it('keeps any arguments, every other call and every comment', () => {
    const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;
    const args = fc.dictionary(fc.string(), json) as fc.Arbitrary<JsonObject>;
    const name = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => text.trim() !== '' && text !== 'today');
    fc.assert(
      fc.property(name, args, (called, value) => {
        const key = { ...TODAY, name: called };
        let text = FILE;
        for (const wanted of [{}, value]) {
          text = setSavedCall(text, key, formatJson(wanted));
          const found = readSavedCalls(text).calls.find((call) => call.name === called);
          expect(parseJsonText(found?.argumentsJson ?? '')).toEqual({ ok: true, value: wanted });
        }
        for (const comment of COMMENTS) expect(text).toContain(comment);
        expect(readSavedCalls(text).calls.slice(0, 2)).toMatchObject([{ name: 'today' }, { name: 'big' }].slice(0, 2));
        expect(removeSavedCall(text, key)).toContain('1e400');
        expect(keys(removeSavedCall(text, key))).toEqual(keys(FILE).filter(([, , other]) => other !== called));
      }),
      { numRuns: runsOr(200) },
    );
  });
});

describe('renaming and removing', () => {
  it('change that call alone', () => {
    expect(renameSavedCall(FILE, TODAY, 'daily')).toBe(FILE.replace('"today"', '"daily"'));
    const removed = removeSavedCall(FILE, TODAY);
    expect(keys(removed)).toEqual([['s', 'search', 'big']]);
    for (const comment of COMMENTS) expect(removed).toContain(comment);
    expect(parse(removeSavedCall(removed, { ...TODAY, name: 'big' }))).toEqual({ team: 'blue', calls: [] });
  });

  it('leave a file without that call as it is', () => {
    for (const key of [
      { ...TODAY, name: 'x' },
      { ...TODAY, tool: 'x' },
      { ...TODAY, server: 'x' },
    ]) {
      expect(removeSavedCall(FILE, key)).toBe(FILE);
      expect(renameSavedCall(FILE, key, 'y')).toBe(FILE);
    }
    expect(removeSavedCall('', TODAY)).toBe('');
  });

  it('give no name twice', () => {
    expect(() => renameSavedCall(FILE, TODAY, 'big')).toThrow(fails('"big" of this tool already'));
    expect(renameSavedCall(FILE, TODAY, 'today')).toBe(FILE);
  });
});

it('the schema for the editor describes every key and completes a call', () => {
  const schema = JSON.parse(JSON.stringify(savedCallsJsonSchema()));
  expect(schema).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' });
  const { calls } = schema.properties;
  expect(calls.items.required).toEqual(['name', 'server', 'tool']);
  expect(Object.values<{ description: string }>(calls.items.properties).every(({ description }) => description)).toBe(
    true,
  );
  expect(calls.items.defaultSnippets[0].body).toMatchObject({ name: '${1:name}', arguments: {} });
});
