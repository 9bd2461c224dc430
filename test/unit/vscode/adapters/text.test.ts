import { describe, expect, it } from 'vitest';
import type { ConfigDiagnostic } from '../../../../src/core/config/diagnostics';
import { approvalDetail, isShownWhole } from '../../../../src/vscode/adapters/approvalText';
import { positionAt, summarizeProblems } from '../../../../src/vscode/adapters/problemText';
import { t } from '../snapshots';

describe('positionAt', () => {
  const text = 'ab\ncd\r\nef';
  const start = { offset: 0, line: 0, column: 0 };
  for (const [offset, line, column] of [
    [1, 0, 1],
    [3, 1, 0],
    [5, 1, 2],
    [8, 2, 1],
  ] as const) {
    it(`finds offset ${offset}`, () => expect(positionAt(text, offset, start)).toEqual({ line, column }));
  }

  it('counts on from a known place', () => {
    expect(positionAt(text, 8, { offset: 4, line: 1, column: 1 })).toEqual({ line: 2, column: 1 });
  });
});

describe('summarizeProblems', () => {
  const problem = (severity: ConfigDiagnostic['severity'], path: string): ConfigDiagnostic => ({
    severity,
    path,
    code: 'type',
    message: '',
    offset: 0,
    length: 0,
    line: 0,
    column: 0,
    pointer: '',
  });

  it('counts errors and names their files', () => {
    expect(summarizeProblems([problem('error', '/a/.vscode/patchbay.json')], t)).toBe('1 problem in patchbay.json');
    expect(summarizeProblems([problem('error', 'C:\\u\\patchbay.json'), problem('error', '/b/patchbay.json')], t)).toBe(
      '2 problems in patchbay.json',
    );
  });

  it('says nothing of warnings', () => expect(summarizeProblems([problem('warning', '/a')], t)).toBeUndefined());
});

describe('approvalDetail', () => {
  const request = { serverId: 'a', serverName: 'A', summary: 'node a.js', details: ['Folder: /x'], fingerprint: '1' };

  it('shows the whole command, however long, and what hides in it', () => {
    const summary = `node ${'x'.repeat(5000)} \u202eend`;
    expect(approvalDetail([{ ...request, summary }], t)).toContain(`${'x'.repeat(5000)} \\u{202e}end`);
  });

  it('cuts no detail, and refuses what no dialog can show', () => {
    const names = Array.from({ length: 500 }, (_, index) => `HARMLESS_${index}`);
    const long = { ...request, details: [`Environment variables: ${names.join(', ')}, LD_PRELOAD`] };
    expect(approvalDetail([long], t)).toContain('LD_PRELOAD');
    expect(isShownWhole(long)).toBe(false);
    expect(isShownWhole({ ...request, summary: 'x'.repeat(2001) })).toBe(false);
    expect(isShownWhole({ ...request, details: [`a${'\n'.repeat(400)}b`] })).toBe(false);
    expect(isShownWhole({ ...request, summary: 'x'.repeat(2000), details: ['y'.repeat(2000)] })).toBe(true);
  });

  it('names each server where there are several', () => {
    const detail = approvalDetail([request, { ...request, serverName: 'B', summary: 'node b.js' }], t);
    expect(detail).toContain('A:\nnode a.js\nFolder: /x');
    expect(detail).toContain('B:\nnode b.js');
  });
});
