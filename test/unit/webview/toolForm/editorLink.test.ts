import { describe, expect, it } from 'vitest';
import { EditorLink } from '../../../../src/webview/toolForm/editorLink';

describe('EditorLink', () => {
  it('takes over what was typed, once for each change', () => {
    const link = new EditorLink();
    link.follow({ open: true, revision: 0, text: '{}' }, {});
    const typed = { open: true, revision: 1, text: '{"__proto__": "\\ud800", "n": 1e21}' };
    const take = JSON.parse(typed.text);
    expect(link.follow(typed, {})).toEqual({ take, tell: false });
    expect(link.follow(typed, { n: 2 })).toEqual({ tell: false });
    expect(link.follow({ ...typed, revision: 2 }, take)).toEqual({ tell: false });
  });

  it('keeps what the form has while the text cannot be read, and when the editor is closed', () => {
    const link = new EditorLink();
    link.follow({ open: true, revision: 0, text: '{}' }, {});
    expect(link.follow({ open: true, revision: 1, text: '{}', problem: 'A value is missing.' }, {})).toEqual({
      tell: false,
    });
    expect(link.view?.problem).toBe('A value is missing.');
    expect(link.follow({ open: false, revision: 2 }, { a: 1 })).toEqual({ tell: false });
  });

  it('tells an editor that was open before the form what the form starts with', () => {
    expect(new EditorLink().follow({ open: true, revision: 4, text: '{"a": 1}' }, { a: 2 })).toEqual({ tell: true });
    expect(new EditorLink().follow({ open: true, revision: 4, text: '{"a": 1}' }, { a: 1 })).toEqual({ tell: false });
  });
});
