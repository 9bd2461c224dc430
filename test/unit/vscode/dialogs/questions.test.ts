import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ElicitField, ElicitRequest } from '../../../../src/core/ports';
import { questions } from '../../../../src/vscode/dialogs/questions';

const editor = vi.hoisted(() => ({
  shown: [] as Record<string, unknown>[],
  opened: [] as unknown[],
  answers: false,
  models: [] as { id: string; name: string; family: string }[],
}));
vi.mock('vscode', () => {
  /** An input that is accepted as soon as it is shown. */
  const createInput = (picked: (input: Record<string, unknown>) => object) => () => {
    let accept = () => {};
    const input: Record<string, unknown> = {
      onDidTriggerButton: () => {},
      onDidHide: () => {},
      onDidChangeValue: () => {},
      onDidAccept: (listener: () => void) => {
        accept = listener;
      },
      show() {
        editor.shown.push(input);
        Object.assign(input, picked(input));
        accept();
      },
      dispose() {},
    };
    return input;
  };
  const show = async (message: string, _options: unknown, yes: string) => {
    editor.shown.push({ message });
    return editor.answers ? yes : undefined;
  };
  return {
    window: {
      createInputBox: createInput(() => ({ value: 'given' })),
      createQuickPick: createInput(({ items }) => ({ selectedItems: [(items as unknown[])[0]] })),
      showWarningMessage: show,
      showInformationMessage: show,
    },
    env: { openExternal: async (target: unknown) => editor.opened.push(target) > 0 },
    lm: { selectChatModels: async () => editor.models },
    l10n: { t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, index) => String(args[index])) },
    QuickInputButtons: {},
    ThemeIcon: class {},
    workspace: {},
  };
});

const LINK = '[Sign in](command:workbench.action.quit)';
const { signal } = new AbortController();
const field = (kind: object) =>
  ({
    name: 'f',
    title: LINK,
    description: LINK,
    required: true,
    check: () => undefined,
    ...kind,
  }) as unknown as ElicitField;

beforeEach(() => {
  editor.shown = [];
  editor.opened = [];
  editor.models = [];
  editor.answers = false;
});

describe('what a server asks for', () => {
  it.each([
    { kind: 'text', format: undefined, maxLength: undefined },
    { kind: 'choice', options: [{ value: 'a', label: LINK }] },
    { kind: 'choices', options: [{ value: 'a', label: LINK }] },
  ])('draws no link: $kind', async (kind) => {
    const request: ElicitRequest = { mode: 'form', serverName: LINK, message: LINK, fields: [field(kind)] };
    expect(await questions.elicit(request, signal)).toMatchObject({ action: 'accept' });
    const texts = editor.shown.map(({ title, prompt, placeholder, items }) =>
      JSON.stringify([title, prompt, placeholder, items]),
    );
    expect(texts).toHaveLength(2);
    for (const text of texts) {
      expect(text).toContain('Sign in] (');
      expect(text).not.toContain('](');
    }
  });

  it('draws no link in the questions about an address and a model', async () => {
    const visit: ElicitRequest = {
      mode: 'url',
      serverName: LINK,
      message: 'm',
      url: 'https://x/',
      host: 'x',
      isPunycode: false,
    };
    const sample = { serverName: LINK, messages: [], systemPrompt: undefined, maxTokens: 1, modelHints: [] };
    await questions.elicit(visit, signal);
    editor.models = [{ id: 'm', name: LINK, family: 'f' }];
    await questions.sample(sample, signal);
    expect(editor.shown.map(({ message }) => message)).toEqual([
      '“[Sign in] (command:workbench.action.quit)” asks you to open an address in your browser.',
      '“[Sign in] (command:workbench.action.quit)” wants to use your language model [Sign in] (command:workbench.action.quit).',
    ]);
  });

  it('asks nothing where there is no model', async () => {
    const sample = { serverName: 's', messages: [], systemPrompt: undefined, maxTokens: 1, modelHints: [] };
    await expect(questions.sample(sample, signal)).rejects.toThrow('No language model is available.');
    expect(editor.shown).toEqual([]);
  });

  it('draws no icon in what stands under a box', async () => {
    const request: ElicitRequest = {
      mode: 'form',
      serverName: 's',
      message: '$(alert)',
      fields: [
        { ...field({ kind: 'text', format: undefined, maxLength: undefined }), title: '$(alert)' } as ElicitField,
      ],
    };
    await questions.elicit(request, signal);
    const [{ title, prompt } = {}] = editor.shown;
    expect(prompt).not.toMatch(/(?<!\\)\$\(/);
    expect(title).toBe('“s” asks: $(alert)');
  });

  it('opens the very address that was shown', async () => {
    const url = 'https://x.example/a?b=1&c=https%3A%2F%2Fy.example%2F%3Fd%3D1%26e%3D2';
    editor.answers = true;
    const visit: ElicitRequest = { mode: 'url', serverName: 's', message: 'm', url, host: 'x', isPunycode: false };
    expect(await questions.elicit(visit, signal)).toEqual({ action: 'accept' });
    expect(editor.opened).toEqual([url]);
  });
});
