import { describe, expect, it } from 'vitest';
import { resultPath } from '../../../../src/vscode/panels/resultPath';

describe('the path of a document over a result', () => {
  it.each([
    ['echo', '{"a": 1}', '/patchbay.result/echo-3.result'],
    ['echo', ' \n[1]', '/patchbay.result/echo-3.result'],
    ['../x.json', '{"$schema": "http://inside/"}', '/patchbay.result/..-x.json-3.result'],
    ['x.json', 'text', '/x.json-3.txt'],
    ['/patchbay.json', '', '/-patchbay.json-3.txt'],
  ])('%s with %s is %s', (name, text, path) => {
    expect(resultPath(name, text, 3)).toBe(path);
  });
});
