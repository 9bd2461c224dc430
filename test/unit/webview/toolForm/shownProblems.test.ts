import { describe, expect, it } from 'vitest';
import {
  drawnWhole,
  NOTHING_SHOWN,
  type Problem,
  showing,
  showsSame,
} from '../../../../src/webview/toolForm/shownProblems';

const problem = (pointer: string, message = 'Wrong.', kind: Problem['kind'] = 'invalid'): Problem => ({
  pointer,
  message,
  kind,
});
const of = (...list: Problem[]) => ({ list, notice: undefined });

describe('showing', () => {
  it('changes a field with a new problem and the groups around it, and no other field', () => {
    const next = showing(of(problem('/edits/0/text')), false, NOTHING_SHOWN);
    for (const pointer of ['', '/edits', '/edits/0', '/edits/0/text']) {
      expect(showsSame(pointer, next, NOTHING_SHOWN), pointer).toBe(false);
    }
    for (const pointer of ['/path', '/edits/1', '/edit']) expect(showsSame(pointer, next, NOTHING_SHOWN)).toBe(true);
  });

  it('changes nothing at a field that keeps its problem while another loses one', () => {
    const both = showing(of(problem('/a'), problem('/b')), false, NOTHING_SHOWN);
    const one = showing(of(problem('/a')), false, both);
    expect(showsSame('/a', one, both)).toBe(true);
    expect(showsSame('/b', one, both)).toBe(false);
  });

  it('changes a field whose problem is said in other words', () => {
    const before = showing(of(problem('/a', 'Too long.')), false, NOTHING_SHOWN);
    expect(showsSame('/a', showing(of(problem('/a', 'Too short.')), false, before), before)).toBe(false);
  });

  it('changes the missing values when those are to be shown everywhere', () => {
    const list = of(problem('/a', 'A value is required.', 'missing'), problem('/b'));
    const quiet = showing(list, false, NOTHING_SHOWN);
    const all = showing(list, true, quiet);
    expect(showsSame('/a', all, quiet)).toBe(false);
    expect(showsSame('/b', all, quiet)).toBe(true);
  });

  it('remembers over several drawings what a field has not drawn yet', () => {
    const first = showing(of(problem('/a')), false, NOTHING_SHOWN);
    const later = showing(of(problem('/a'), problem('/b')), false, first);
    expect(showsSame('/a', later, NOTHING_SHOWN)).toBe(false);
  });

  it('draws everything again where that is asked for', () => {
    const shown = showing(of(problem('/a')), false, NOTHING_SHOWN);
    expect(showsSame('/other', drawnWhole(shown), shown)).toBe(false);
  });
});
