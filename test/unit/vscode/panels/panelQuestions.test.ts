import { beforeEach, describe, expect, it, vi } from 'vitest';
import { PatchbayError } from '../../../../src/base/errors';
import type { ElicitField, ElicitRequest } from '../../../../src/core/ports';
import type { QuestionHostMessage, QuestionPanelMessage } from '../../../../src/shared/questions';
import { parsePanelMessage } from '../../../../src/shared/toolPanel';
import { PanelQuestions } from '../../../../src/vscode/panels/panelQuestions';
import { settle } from '../../../support/manualClock';

const editor = vi.hoisted(() => ({
  shown: [] as string[],
  press: undefined as string | undefined,
  opened: [] as unknown[],
  opens: true,
}));
vi.mock('vscode', () => ({
  window: {
    showInformationMessage: async (message: string) => {
      editor.shown.push(message);
      return editor.press;
    },
  },
  env: {
    openExternal: async (target: unknown) => {
      editor.opened.push(target);
      return editor.opens;
    },
  },
  l10n: { t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, index) => String(args[index])) },
}));

const BIDI = '\u202etxt.exe';
const name: ElicitField = {
  name: 'name',
  title: 'Name',
  description: undefined,
  required: true,
  kind: 'text',
  format: undefined,
  maxLength: undefined,
  check: (value) => (typeof value === 'string' && value.length > 1 ? undefined : 'it must have at least 2 characters'),
};
const form: ElicitRequest & { mode: 'form' } = {
  mode: 'form',
  serverName: 'Parcels [x](command:y)',
  message: 'Who?\u202e',
  fields: [name],
  schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
};
const visit: ElicitRequest & { mode: 'url' } = {
  mode: 'url',
  serverName: 'Parcels',
  message: 'Pay',
  url: 'https://pay.example/a?b=https%3A%2F%2Fpay.example',
  host: 'pay.example',
  isPunycode: false,
};

let posted: QuestionHostMessage[];
let isVisible: boolean;
let revealed: number;
let questions: PanelQuestions;
let abort: AbortController;

beforeEach(() => {
  posted = [];
  isVisible = true;
  revealed = 0;
  abort = new AbortController();
  Object.assign(editor, { shown: [], press: undefined, opened: [], opens: true });
  questions = new PanelQuestions({
    toolName: 'survey',
    post: (message) => posted.push(message),
    isVisible: () => isVisible,
    reveal: () => {
      revealed++;
    },
  });
});

const last = () => posted.findLast((message) => message.type === 'questions');
const openIds = () => last()?.questions.map(({ id }) => id) ?? [];
const ask = (request: ElicitRequest = form, run = 'run') => questions.of(run)(request, abort.signal);
/** As it comes from the webview. */
const send = (message: object) => questions.receive(parsePanelMessage(message) as QuestionPanelMessage);
const answer = (action: string, content?: object, id = openIds()[0]) =>
  send({ type: 'answer', id, action, ...(content && { content }) });

describe('a question in a panel', () => {
  it('is shown as bounded text, and answered with what fits', async () => {
    const asked = ask({ ...form, message: `Who?\u202e\n${'line\n'.repeat(100)}` });
    const view = last()?.questions[0];
    expect(view).toMatchObject({ mode: 'form', server: 'Parcels [x](command:y)', schema: { required: ['name'] } });
    expect(view?.message).toMatch(/^Who\?\\u\{202e\}\nline/);
    expect(view?.message.split('\n')).toHaveLength(41);
    await answer('accept', { name: 'A' });
    expect(posted.at(-1)).toEqual({
      type: 'questionRefused',
      id: openIds()[0],
      problems: [{ name: 'name', message: 'Not valid: it must have at least 2 characters.' }],
    });
    await answer('accept', {});
    expect(posted.at(-1)).toMatchObject({ problems: [{ message: 'A value is required.' }] });
    await answer('accept', { name: 'Ada', more: 'not asked for' });
    expect(await asked).toEqual({ action: 'accept', content: { name: 'Ada' } });
    expect(openIds()).toEqual([]);
    expect(editor.shown).toEqual([]);
  });

  it('has titles and descriptions that can be seen through', () => {
    const property = {
      type: 'string',
      title: BIDI,
      description: BIDI,
      default: BIDI,
      oneOf: [{ const: BIDI, title: BIDI }],
    };
    void ask({ ...form, schema: { type: 'object', properties: { title: property } } });
    const shown = '\\u{202e}txt.exe';
    expect(last()?.questions[0]).toMatchObject({
      schema: {
        properties: {
          title: { title: shown, description: shown, default: BIDI, oneOf: [{ const: BIDI, title: shown }] },
        },
      },
    });
  });

  it.each([
    ['decline', { action: 'decline' }],
    ['cancel', { action: 'cancel' }],
    ['stop', { action: 'decline', stopsQuestions: true }],
  ])('ends by %s', async (action, expected) => {
    const asked = ask();
    await answer(action);
    expect(await asked).toEqual(expected);
  });

  it('waits behind others, and each is answered by its own id', async () => {
    const [first, second] = [ask(), ask(visit)];
    const [firstId, secondId] = openIds();
    await answer('decline', undefined, secondId);
    expect(await second).toEqual({ action: 'decline' });
    expect(openIds()).toEqual([firstId]);
    await answer('cancel', undefined, secondId);
    await answer('cancel', undefined, firstId);
    expect(await first).toEqual({ action: 'cancel' });
  });

  it('that takes the place of one that was taken back comes with the word of that, until it is answered', async () => {
    void ask();
    abort.abort(new PatchbayError('timeout', 'Nobody answered the server.'));
    abort = new AbortController();
    void ask();
    expect(last()).toMatchObject({ questions: [{}], notice: expect.stringContaining('was taken back') });
    await answer('cancel');
    expect(last()).not.toHaveProperty('notice');
  });

  it('is taken back with the call, and says so until the next one', async () => {
    const asked = ask();
    const other = ask(form, 'other run');
    questions.over('run');
    expect(await asked).toEqual({ action: 'cancel' });
    expect(openIds()).toHaveLength(1);
    expect(last()?.notice).toBe(
      'The question of “Parcels [x](command:y)” was taken back: the call is over. Nothing was sent.',
    );
    abort.abort(new PatchbayError('timeout', 'Nobody answered the server.'));
    expect(await other).toEqual({ action: 'cancel' });
    expect(last()).toMatchObject({ questions: [], notice: expect.stringContaining('Nobody answered the server') });
    questions.begin();
    expect(last()).not.toHaveProperty('notice');
    expect(await ask()).toEqual({ action: 'cancel' });
  });

  it('is not there for a panel that is closed', async () => {
    const asked = ask();
    questions.close();
    expect(await asked).toEqual({ action: 'cancel' });
    expect(await ask()).toEqual({ action: 'cancel' });
  });

  it('calls for a panel that nobody sees', async () => {
    isVisible = false;
    editor.press = 'Show';
    void ask();
    await settle();
    expect(editor.shown).toEqual(['“Parcels [x] (command:y)” asks a question, while its tool “survey” runs.']);
    expect(revealed).toBe(1);
  });

  it('keeps what was typed for a panel that starts again, and for the same question asked again', async () => {
    const asked = ask();
    const draft = { content: { name: 'Ad' }, texts: { '/name': 'A' } };
    await send({ type: 'draft', id: openIds()[0], draft });
    questions.start();
    expect(last()?.questions[0]).toMatchObject({ draft });
    questions.over('run');
    await asked;
    void ask({ ...form, message: 'Another' });
    expect(last()?.questions[0]).not.toHaveProperty('draft');
    void ask();
    expect(last()?.questions[1]).toMatchObject({ draft });
    await answer('accept', { name: 'Ada' }, openIds()[1]);
    void ask();
    expect(last()?.questions[1]).not.toHaveProperty('draft');
  });

  it('shows an address in full, and opens exactly that on consent only', async () => {
    const asked = ask({ ...visit, isPunycode: true });
    expect(last()?.questions[0]).toMatchObject({
      mode: 'url',
      address: { before: 'https://', host: 'pay.example', after: '/a?b=https%3A%2F%2Fpay.example' },
      warning: expect.stringContaining('letters'),
    });
    expect(editor.opened).toEqual([]);
    await answer('accept');
    expect(await asked).toEqual({ action: 'accept' });
    expect(editor.opened).toEqual([visit.url]);
    editor.opens = false;
    const again = ask(visit);
    expect(last()?.questions[0]).not.toHaveProperty('warning');
    await answer('accept');
    expect(await again).toEqual({ action: 'cancel' });
  });

  it('takes no answer that is not one', () => {
    expect(parsePanelMessage({ type: 'answer', id: 'a', action: 'maybe' })).toBeUndefined();
    expect(parsePanelMessage({ type: 'answer', id: 'a', action: 'accept', content: [] })).toBeUndefined();
    expect(parsePanelMessage({ type: 'draft', id: 'a', draft: { content: {}, texts: { a: 1 } } })).toBeUndefined();
  });
});
