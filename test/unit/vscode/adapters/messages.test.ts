import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServerSnapshot } from '../../../../src/core/hubTypes';
import { askText, confirm, pick, showError, showInformation } from '../../../../src/vscode/adapters/messages';
import { createPrompts } from '../../../../src/vscode/adapters/prompts';
import { pickToolOf } from '../../../../src/vscode/commands/pickTool';
import { QuestionTurns } from '../../../../src/vscode/questionTurns';
import { withoutComments } from '../../../support/importScan';

const editor = vi.hoisted(() => ({ shown: [] as unknown[][], answer: undefined as unknown }));
vi.mock('vscode', () => {
  const show = async (...args: unknown[]) => {
    editor.shown.push(args);
    return typeof editor.answer === 'function' ? editor.answer(...args) : editor.answer;
  };
  return {
    window: {
      showErrorMessage: show,
      showInformationMessage: show,
      showWarningMessage: show,
      showInputBox: show,
      showQuickPick: show,
    },
    l10n: { t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, index) => String(args[index])) },
    QuickPickItemKind: { Separator: -1 },
    ThemeIcon: class {},
    ThemeColor: class {},
    CancellationTokenSource: class {
      token = {};
      cancel() {}
      dispose() {}
    },
  };
});

const LINK = '[Sign in](command:workbench.action.terminal.sendSequence "x") \u202e';
/** What VS Code draws as a link, in notifications and under input boxes. */
const LINKED_TEXT = /\[[^\]]+\]\((https?:\/\/|command:|file:)/i;

beforeEach(() => {
  editor.shown = [];
  editor.answer = undefined;
});

function expectHarmless(): void {
  const text = JSON.stringify(editor.shown);
  expect(text).toContain('Sign in');
  expect(text).not.toMatch(LINKED_TEXT);
  expect(text).not.toContain('\u202e');
}

describe('messages', () => {
  it('let no text become a link, an icon or a second line', async () => {
    await showError(`a\n${LINK}`, 'Button');
    await showInformation(LINK);
    await confirm(LINK, 'a [b](c)\nd', 'Allow');
    await askText({ title: LINK, prompt: LINK, placeHolder: LINK });
    await pick([{ label: `$(error) ${LINK}`, description: LINK, detail: LINK, value: 1 }], {
      title: LINK,
      placeHolder: LINK,
    });
    expectHarmless();
    expect(editor.shown[0]).toEqual([
      'a [Sign in] (command:workbench.action.terminal.sendSequence "x") \\u{202e}',
      'Button',
    ]);
    expect(editor.shown.at(-1)?.[0]).toMatchObject([{ label: expect.stringMatching(/^\\\$\(error\)/) }]);
  });

  it('show the whole detail of a question as it stands, because it draws no links', async () => {
    await confirm('Sure?', `node -e "a[0](1)"\n${'x'.repeat(5000)}`, 'Allow');
    expect(editor.shown).toEqual([
      ['Sure?', { modal: true, detail: `node -e "a[0](1)"\n${'x'.repeat(5000)}` }, 'Allow'],
    ]);
  });

  it('are bounded', async () => {
    await showError('x'.repeat(100_000));
    expect(String(editor.shown[0]?.[0]).length).toBeLessThanOrEqual(2000);
  });

  it('give back the value of a row, not its text', async () => {
    editor.answer = ([row]: unknown[]) => row;
    expect(await pick([{ label: '$(x)', value: '$(x)' }], { placeHolder: 'p' })).toBe('$(x)');
  });
});

describe('texts of workspaces and servers', () => {
  const { signal } = new AbortController();
  const request = { id: 'i', password: false, serverName: LINK, description: LINK } as const;

  it('stay text where a value is asked for', async () => {
    await createPrompts(new QuestionTurns()).askValue({ ...request, kind: 'secret' }, signal);
    await createPrompts(new QuestionTurns()).askValue({ ...request, kind: 'input', options: [LINK] }, signal);
    expectHarmless();
  });

  it('come back unchanged where one of them is chosen', async () => {
    editor.answer = ([row]: unknown[]) => row;
    expect(
      await createPrompts(new QuestionTurns()).askValue({ ...request, kind: 'input', options: [LINK] }, signal),
    ).toBe(LINK);
  });

  it('stay text where a tool list failed', async () => {
    const server = { id: 's', name: LINK, catalog: { status: 'live', tools: [], error: LINK } };
    await pickToolOf(server as unknown as ServerSnapshot, 'Tool');
    expectHarmless();
  });
});

/** Forms that servers ask for have several steps, with boxes that they keep. */
const ANSWERS_SERVERS = /^vscode\/dialogs\//;

it('is the only file that opens messages, input boxes and pickers', () => {
  const root = fileURLToPath(new URL('../../../../src', import.meta.url));
  const opens = /\b(show\w+Message|showInputBox|showQuickPick|createInputBox|createQuickPick)\s*[(<]/;
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
  const codeOf = (file: string) => withoutComments(readFileSync(join(root, file), 'utf8'));
  const found = files.filter((file) => opens.test(codeOf(file)));
  const others = found.map((file) => file.replaceAll('\\', '/')).filter((file) => !ANSWERS_SERVERS.test(file));
  expect(others).toEqual(['vscode/adapters/messages.ts']);
  expect(found.filter((file) => !codeOf(file).includes('unlinked('))).toEqual([]);
});
