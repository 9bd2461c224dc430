import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { offsetOfServer, removeServer, setServer, setServerKey } from '../../../../src/core/config/edit';
import type { JsonValue } from '../../../../src/shared/json';
import { fc, runsOr } from '../../../support/fastCheck';

const FILE = `// top
{
  "version": 1,
  "servers": {
    // about a
    "a": { "command": "x" }, // behind a
    // about b
    "b": { "command": "y" } // behind b
    // end
  }
}
`;
const COMMENTS = ['// top', '// about a', '// behind a', '// about b', '// behind b', '// end'];

describe('setServer', () => {
  it.each(['', '\n'])('makes a whole file of %j', (text) => {
    expect(setServer(text, 'a', { command: 'x' })).toBe(
      '{\n  "version": 1,\n  "servers": {\n    "a": {\n      "command": "x"\n    }\n  }\n}\n',
    );
  });

  it('adds behind the last server and touches nothing else', () => {
    expect(setServer(FILE, 'c', { url: 'u' })).toBe(
      FILE.replace('"y" } // behind b', '"y" }, // behind b\n    "c": {\n      "url": "u"\n    }'),
    );
  });

  it('replaces only the value of a server that exists', () => {
    expect(setServer(FILE, 'a', { url: 'u' })).toBe(FILE.replace('{ "command": "x" }', '{\n      "url": "u"\n    }'));
  });

  it('keeps a trailing comma, tabs and Windows line ends', () => {
    const text = '{\r\n\t"servers": {\r\n\t\t"a": {},\r\n\t},\r\n}';
    expect(setServer(text, 'b', { url: 'u' })).toBe(
      '{\r\n\t"servers": {\r\n\t\t"a": {},\r\n\t\t"b": {\r\n\t\t\t"url": "u"\r\n\t\t},\r\n\t},\r\n}',
    );
  });

  it('adds to a file without servers and keeps a comment in an empty object', () => {
    expect(parse(setServer('{ "version": 1 }', 'a', 1))).toEqual({ version: 1, servers: { a: 1 } });
    const filled = setServer('{ "servers": {\n    // none so far\n  } }', 'a', 1);
    expect(filled).toContain('// none so far');
    expect(parse(filled)).toEqual({ servers: { a: 1 } });
  });

  it.each([
    ['{ "servers": { "a": } }', 'Expected a value'],
    ['{ "servers": [] }', 'is not an object'],
    ['[]', 'is not an object'],
    ['{ "servers": {}, "servers": {} }', 'stands twice'],
  ])('refuses to edit %s', (text, message) => {
    expect(() => setServer(text, 'a', {})).toThrow(
      expect.objectContaining({ kind: 'config', message: expect.stringContaining(message) }),
    );
  });

  it.each(['', 'a b', '__proto__', 'x'.repeat(65)])('refuses the id %j', (id) => {
    expect(() => setServer('', id, {})).toThrow(expect.objectContaining({ kind: 'config' }));
  });
});

describe('removeServer', () => {
  it.each(['a', 'b'])('takes out %s alone and keeps every comment', (id) => {
    const text = removeServer(FILE, id);
    for (const comment of COMMENTS) expect(text).toContain(comment);
    expect(Object.keys(parse(text).servers)).toEqual([id === 'a' ? 'b' : 'a']);
    expect(text).not.toMatch(/,\s*(\/\/[^\n]*\s*)*}/);
  });

  it('takes out the only server', () => {
    expect(removeServer('{\n  "servers": {\n    "a": {}\n  }\n}', 'a')).toBe('{\n  "servers": {\n  }\n}');
  });

  it.each(['', '{}', FILE])('leaves a text without that server as it is', (text) => {
    expect(removeServer(text, 'nobody')).toBe(text);
  });
});

describe('setServerKey', () => {
  it('sets, adds and removes a key at any depth', () => {
    const added = setServerKey(FILE, 'a', ['timeouts', 'toolMs'], 5);
    expect(parse(added).servers.a).toEqual({ command: 'x', timeouts: { toolMs: 5 } });
    expect(parse(setServerKey(added, 'a', ['timeouts', 'toolMs'], 6)).servers.a.timeouts).toEqual({ toolMs: 6 });
    expect(parse(setServerKey(added, 'a', ['timeouts'], undefined)).servers.a).toEqual({ command: 'x' });
    for (const comment of COMMENTS) expect(added).toContain(comment);
  });

  it('replaces an element of a list', () => {
    expect(parse(setServerKey('{"servers":{"a":{"args":["x","y"]}}}', 'a', ['args', 1], 'z')).servers.a.args).toEqual([
      'x',
      'z',
    ]);
  });

  it('refuses a server that is not there', () => {
    expect(() => setServerKey(FILE, 'nobody', ['url'], 'u')).toThrow('The file has no server "nobody"');
  });
});

describe('offsetOfServer', () => {
  it('finds the key, and nothing where there is none', () => {
    expect(offsetOfServer(FILE, 'b')).toEqual({ offset: FILE.indexOf('"b"'), length: 3 });
    expect(offsetOfServer(FILE, 'nobody')).toBeUndefined();
    expect(offsetOfServer('', 'a')).toBeUndefined();
  });
});

describe('any edit of any file', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd');
  const gap = fc.constantFrom('', ' ', '\n', '\n  ', ' // one\n', '/* two */', '\n// three\n\n');

  /** A file whose gaps are filled with blanks and comments from the list, in turn. */
  const layOut = (ids: readonly string[], gaps: readonly string[], trailing: boolean) => {
    let turn = 0;
    const next = () => gaps[turn++ % gaps.length] ?? '';
    const members = ids.map((name) => `${next()}"${name}"${next()}:${next()}{"command":"${name}"}${next()}`);
    return `${next()}{"servers":${next()}{${members.join(',')}${trailing && ids.length > 0 ? `,${next()}` : next()}}}`;
  };
  const comments = (text: string) => text.match(/\/\/ (one|three)|\/\* two \*\//g) ?? [];
  const servers = (text: string): Record<string, JsonValue> => {
    const errors: never[] = [];
    const value = parse(text, errors, { allowTrailingComma: true });
    expect(errors).toEqual([]);
    return value.servers;
  };

  it('changes what it should and keeps every other server and every comment', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(id),
        fc.array(gap, { minLength: 1, maxLength: 7 }),
        fc.boolean(),
        id,
        (ids, gaps, trailing, target) => {
          const text = layOut(ids, gaps, trailing);
          const before = servers(text);
          const set = setServer(text, target, { url: 'u' });
          expect(servers(set)).toEqual({ ...before, [target]: { url: 'u' } });
          expect(comments(set)).toEqual(comments(text));
          const { [target]: _, ...others } = before;
          const removed = removeServer(set, target);
          expect(servers(removed)).toEqual(others);
          if (!ids.includes(target)) expect(comments(removed)).toEqual(comments(text));
        },
      ),
      { numRuns: runsOr(1000) },
    );
  });
});
