import { beforeEach, describe, expect, it, vi } from 'vitest';
import { deferred } from '../../../../src/base/deferred';
import type { ElicitField, ElicitRequest } from '../../../../src/core/ports';
import { questions } from '../../../../src/vscode/dialogs/questions';
import { QuestionTurns } from '../../../../src/vscode/questionTurns';
import { settle } from '../../../support/manualClock';

const editor = vi.hoisted(() => ({
  shown: [] as Record<string, unknown>[],
  opened: [] as unknown[],
  answers: false,
  /** The button that is pressed in each dialog; else the first where `answers`. A promise: when the person is ready. */
  press: [] as (string | undefined | Promise<string | undefined>)[],
  /** Rows that are picked; undefined: the first. */
  pick: undefined as string | undefined,
  isSlow: false,
  documents: [] as string[],
  closed: 0,
  models: [] as object[],
}));
vi.mock('vscode', () => {
  /** An input that is accepted as soon as it is shown. */
  const createInput = (picked: (input: Record<string, unknown>) => object) => () => {
    let accept = () => {};
    const input: Record<string, unknown> = {
      onDidTriggerButton(listener: (button: object) => void) {
        input.trigger = (index: number) => listener((input.buttons as object[])[index] as object);
      },
      onDidHide: () => {},
      onDidChangeValue: () => {},
      onDidAccept: (listener: () => void) => {
        accept = listener;
      },
      show() {
        editor.shown.push(input);
        Object.assign(input, picked(input));
        if (!editor.isSlow) accept();
      },
      accept: () => accept(),
      dispose() {},
    };
    return input;
  };
  const show = async (message: string, options?: { detail: string }, ...buttons: string[]) => {
    editor.shown.push({ message, detail: options?.detail, buttons });
    if (buttons.length === 0) return undefined;
    return editor.press.length > 0 ? editor.press.shift() : editor.answers ? buttons[0] : undefined;
  };
  let provide = (): string => '';
  return {
    window: {
      createInputBox: createInput(() => ({ value: 'given' })),
      createQuickPick: createInput(({ items }) => {
        const rows = items as { label: string }[];
        return { selectedItems: [rows.find(({ label }) => label === editor.pick) ?? rows[0]] };
      }),
      showWarningMessage: show,
      showInformationMessage: show,
      showTextDocument: async () => {},
      tabGroups: { all: [], close: async () => void editor.closed++ },
    },
    env: { openExternal: async (target: unknown) => editor.opened.push(target) > 0 },
    lm: { selectChatModels: async () => editor.models },
    l10n: { t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, index) => String(args[index])) },
    QuickInputButtons: {},
    ThemeIcon: class {},
    workspace: {
      registerTextDocumentContentProvider(_scheme: string, provider: { provideTextDocumentContent(): string }) {
        provide = provider.provideTextDocumentContent;
        return { dispose() {} };
      },
      openTextDocument: async () => void editor.documents.push(provide()),
    },
    Uri: { from: (parts: object) => parts },
    LanguageModelChatMessage: { User: (text: string) => text, Assistant: (text: string) => text },
    CancellationTokenSource: class {
      cancel() {}
      dispose() {}
    },
  };
});

const LINK = '[Sign in](command:workbench.action.quit)';
const { signal } = new AbortController();
let turns: QuestionTurns;
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
  editor.press = [];
  editor.pick = undefined;
  editor.isSlow = false;
  editor.documents = [];
  editor.closed = 0;
  turns = new QuestionTurns();
});

describe('what a server asks for', () => {
  it.each([
    { kind: 'text', format: undefined, maxLength: undefined },
    { kind: 'choice', options: [{ value: 'a', label: LINK }] },
    { kind: 'choices', options: [{ value: 'a', label: LINK }] },
  ])('draws no link: $kind', async (kind) => {
    const request: ElicitRequest = { mode: 'form', serverName: LINK, message: LINK, fields: [field(kind)], schema: {} };
    expect(await questions.elicit(request, signal, turns)).toMatchObject({ action: 'accept' });
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
    await questions.elicit(visit, signal, turns);
    editor.models = [{ id: 'm', name: LINK, family: 'f' }];
    await questions.sample(sample, signal, turns);
    expect(editor.shown.map(({ message }) => message)).toEqual([
      '“[Sign in] (command:workbench.action.quit)” asks you to open an address in your browser.',
      '“[Sign in] (command:workbench.action.quit)” wants to use your language model [Sign in] (command:workbench.action.quit).',
    ]);
  });

  it('asks nothing where there is no model, and says so', async () => {
    const sample = { serverName: 's', messages: [], systemPrompt: undefined, maxTokens: 1, modelHints: [] };
    await expect(questions.sample(sample, signal, turns)).rejects.toThrow('No language model is available.');
    expect(editor.shown).toMatchObject([
      { message: '“s” asked for an answer of a language model, and this editor has none.', buttons: [] },
    ]);
  });

  it('draws no icon in what stands under a box', async () => {
    const request: ElicitRequest = {
      mode: 'form',
      schema: {},
      serverName: 's',
      message: '$(alert)',
      fields: [
        { ...field({ kind: 'text', format: undefined, maxLength: undefined }), title: '$(alert)' } as ElicitField,
      ],
    };
    await questions.elicit(request, signal, turns);
    const [{ title, prompt } = {}] = editor.shown;
    expect(prompt).not.toMatch(/(?<!\\)\$\(/);
    expect(title).toBe('“s” asks: $(alert)');
  });

  it('opens the very address that was shown', async () => {
    const url = 'https://x.example/a?b=1&c=https%3A%2F%2Fy.example%2F%3Fd%3D1%26e%3D2';
    editor.answers = true;
    const visit: ElicitRequest = { mode: 'url', serverName: 's', message: 'm', url, host: 'x', isPunycode: false };
    expect(await questions.elicit(visit, signal, turns)).toEqual({ action: 'accept' });
    expect(editor.opened).toEqual([url]);
  });
});

const text = (name: string, more: object = {}) =>
  ({
    ...field({ kind: 'text', format: undefined, maxLength: undefined }),
    name,
    title: name,
    description: undefined,
    ...more,
  }) as ElicitField;
const choice = (name: string, more: object = {}) =>
  ({ ...field({ kind: 'boolean' }), name, title: name, description: undefined, ...more }) as ElicitField;
const form = (message: string, ...fields: ElicitField[]): ElicitRequest => ({
  mode: 'form',
  schema: {},
  serverName: 's',
  message,
  fields,
});
const visit: ElicitRequest = {
  mode: 'url',
  serverName: 's',
  message: 'm',
  url: 'https://x.example/',
  host: 'x.example',
  isPunycode: false,
};

describe('the steps of a form', () => {
  it('name their field in the title and the message once', async () => {
    await questions.elicit(form('What for?', choice('One', { description: 'First' }), text('Two')), signal, turns);
    const [one, two, review] = editor.shown;
    expect(one).toMatchObject({ title: '“s” asks: One', step: 1, totalSteps: 3, placeholder: 'What for? · First' });
    expect(two).toMatchObject({ title: '“s” asks: Two', step: 2, prompt: '' });
    expect(JSON.stringify([two, review])).not.toContain('What for?');
  });

  it('come after a dialog where they have no room for the message', async () => {
    const message = 'A long message that no placeholder of a list can hold, because it is cut off at the end. '.repeat(
      3,
    );
    editor.answers = true;
    await questions.elicit(form(message, choice('One')), signal, turns);
    expect(editor.shown[0]).toMatchObject({
      message: '“s” asks you.',
      detail: message.trim(),
      buttons: ['Answer', 'Decline', 'Stop Asking'],
    });
    expect(editor.shown[1]).toMatchObject({ title: '“s” asks: One', placeholder: '' });
    editor.shown = [];
    editor.press = ['Decline'];
    expect(await questions.elicit(form(message, choice('One')), signal, turns)).toEqual({ action: 'decline' });
    expect(editor.shown).toHaveLength(1);
  });

  it('are none where the server only wants a yes', async () => {
    editor.press = ['Agree', undefined, 'Stop Asking'];
    expect(await questions.elicit(form('May I?'), signal, turns)).toEqual({ action: 'accept', content: {} });
    expect(editor.shown).toMatchObject([{ message: '“s” asks whether you agree.', detail: 'May I?' }]);
    expect(await questions.elicit(form('May I?'), signal, turns)).toEqual({ action: 'cancel' });
    expect(await questions.elicit(form('May I?'), signal, turns)).toEqual({ action: 'decline', stopsQuestions: true });
  });
});

describe('the buttons in the title', () => {
  it.each([
    [0, { action: 'decline' }],
    [1, { action: 'decline', stopsQuestions: true }],
  ])('%j decline', async (index, answer) => {
    editor.isSlow = true;
    const asked = questions.elicit(form('m', text('One')), signal, turns);
    await settle();
    const input = editor.shown[0] as unknown as { trigger(index: number): void };
    input.trigger(index);
    expect(await asked).toEqual(answer);
  });
});

describe('several questions', () => {
  it('come one after the other, and the first says that others wait', async () => {
    editor.isSlow = true;
    const first = questions.elicit(form('m', text('One')), signal, turns);
    await settle();
    const abort = new AbortController();
    const second = questions.elicit(visit, abort.signal, turns);
    const third = questions.elicit(visit, signal, turns);
    await settle();
    expect(editor.shown).toHaveLength(1);
    expect(editor.shown[0]?.title).toBe('“s” asks: One · 2 more questions');
    abort.abort(new Error('gone'));
    await expect(second).rejects.toMatchObject({ kind: 'cancelled' });
    expect(editor.shown[0]?.title).toBe('“s” asks: One · 1 more question');
    editor.isSlow = false;
    const input = editor.shown[0] as unknown as { accept(): void };
    input.accept();
    expect(await first).toMatchObject({ action: 'accept' });
    expect(await third).toEqual({ action: 'cancel' });
  });

  it('say so in a dialog too', async () => {
    const all = [questions.elicit(visit, signal, turns), questions.elicit(visit, signal, turns)];
    await Promise.all(all);
    expect(editor.shown.map(({ detail }) => String(detail).endsWith('1 more question'))).toEqual([true, false]);
  });
});

describe('a question that was taken back', () => {
  const late = async (ask: (until: AbortSignal) => Promise<unknown>, button: string) => {
    const abort = new AbortController();
    const pressed = deferred<string>();
    editor.press = [pressed.promise];
    const answer = ask(abort.signal);
    await settle();
    abort.abort();
    pressed.resolve(button);
    return answer;
  };
  const told = { message: '“s” does not wait for this answer any more. Nothing was done.', buttons: [] };

  it('opens no address any more, and says so', async () => {
    expect(await late((until) => questions.elicit(visit, until, turns), 'Open in Browser')).toEqual({
      action: 'cancel',
    });
    expect(editor.opened).toEqual([]);
    expect(editor.shown[1]).toMatchObject(told);
  });

  it('reaches no model any more, and says so', async () => {
    const sendRequest = vi.fn();
    editor.models = [{ id: 'm', name: 'M', family: 'f', sendRequest }];
    const sample = { serverName: 's', messages: [], systemPrompt: undefined, maxTokens: 1, modelHints: [] };
    expect(await late((until) => questions.sample(sample, until, turns), 'Allow')).toBeUndefined();
    expect(sendRequest).not.toHaveBeenCalled();
    expect(editor.shown[1]).toMatchObject(told);
  });
});

describe('an answer of a model', () => {
  const sampleOf = (content: string, maxTokens = 100) => ({
    serverName: 's',
    messages: [{ role: 'user' as const, content: [{ type: 'text', text: content }] }],
    systemPrompt: undefined,
    maxTokens,
    modelHints: [],
  });
  /** A model with a token for each character. */
  const model = (...parts: string[]) => {
    const sendRequest = vi.fn(async (_messages: unknown, _options: unknown) => ({ text: parts }));
    editor.models = [
      { id: 'm', name: 'M', family: 'f', sendRequest, countTokens: async (said: string) => said.length },
    ];
    return sendRequest;
  };

  it('is asked for with the limit of the server, which holds whatever the model does', async () => {
    const sendRequest = model('ab', 'cd', 'ef');
    editor.answers = true;
    expect(await questions.sample(sampleOf('x', 4), signal, turns)).toMatchObject({
      text: 'abcd',
      stopReason: 'maxTokens',
    });
    expect(sendRequest.mock.calls[0]?.[1]).toMatchObject({ modelOptions: { max_tokens: 4 } });
    model('ab');
    expect(await questions.sample(sampleOf('x', 4), signal, turns)).toMatchObject({
      text: 'ab',
      stopReason: 'endTurn',
    });
  });

  it('is shown whole in an editor where a dialog has no room, as is what is asked', async () => {
    model(`${'b'.repeat(4000)} end`);
    expect(await questions.sample(sampleOf(`${'a'.repeat(4000)} hidden`, 9000), signal, turns)).toMatchObject({
      model: 'm',
    });
    expect(editor.documents).toHaveLength(2);
    expect(editor.documents[0]).toMatch(/a{4000} hidden$/);
    expect(editor.documents[1]).toMatch(/^b{4000} end$/);
    expect(editor.closed).toBe(2);
    expect(editor.shown.map(({ title }) => title)).toEqual([
      '“s” wants to use your language model M.',
      'M answered. Send this to “s”?',
    ]);
  });

  it.each([
    ['Refuse', undefined],
    ['Stop Asking', { stopsQuestions: true }],
  ])('is not asked for after "%s"', async (row, answer) => {
    const sendRequest = model('x');
    editor.pick = row;
    expect(await questions.sample(sampleOf('a'.repeat(4000)), signal, turns)).toEqual(answer);
    editor.press = [row];
    expect(await questions.sample(sampleOf('a'), signal, turns)).toEqual(answer);
    expect(sendRequest).not.toHaveBeenCalled();
  });
});
