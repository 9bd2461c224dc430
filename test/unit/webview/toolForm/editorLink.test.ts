import { describe, expect, it } from 'vitest';
import { EditorLink } from '../../../../src/webview/toolForm/editorLink';

describe('EditorLink', () => {
  it('takes over what was typed, once for each change', () => {
    const link = new EditorLink();
    link.follow({ open: true, revision: 0, text: '{}' }, {});
    const typed = { open: true, revision: 1, text: '{"__proto__": "\\ud800", "n": 1e21}' };
    const value = JSON.parse(typed.text);
    expect(link.follow(typed, {})).toEqual(value);
    expect(link.follow(typed, { n: 2 })).toBeUndefined();
    expect(link.follow({ ...typed, revision: 2 }, value)).toBeUndefined();
    expect(link.isBehind).toBe(false);
  });

  it('keeps what the form has while the text cannot be read, and when the editor is closed', () => {
    const link = new EditorLink();
    link.follow({ open: true, revision: 0, text: '{}' }, {});
    expect(link.hasError).toBe(false);
    const problem = 'A value is missing.';
    expect(link.follow({ open: true, revision: 1, text: '{}', problem }, {})).toBeUndefined();
    expect(link.hasError).toBe(true);
    expect(link.follow({ open: true, revision: 2, text: '{}', problem }, { entered: 'since' })).toBeUndefined();
    expect(link.follow({ open: false, revision: 3, problem }, { a: 1 })).toBeUndefined();
    expect(link.hasError).toBe(true);
    link.follow({ open: false, revision: 3 }, { a: 1 });
    expect(link.hasError).toBe(false);
  });

  it('is behind in an editor that was open before the form and has something else', () => {
    const view = { open: true, revision: 4, text: '{"a": 1}' };
    const link = new EditorLink();
    expect(link.follow(view, { a: 2 })).toBeUndefined();
    expect(link.isBehind).toBe(true);
    const same = new EditorLink();
    same.follow(view, { a: 1 });
    expect(same.isBehind).toBe(false);
  });
});
