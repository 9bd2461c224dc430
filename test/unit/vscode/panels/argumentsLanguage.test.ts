import { beforeEach, expect, it, vi } from 'vitest';
import { deferred } from '../../../../src/base/deferred';
import type { Validation } from '../../../../src/forms/validateNow';
import { ArgumentsLanguage } from '../../../../src/vscode/panels/argumentsLanguage';

const editor = vi.hoisted(() => ({ shown: [] as string[][] }));
vi.mock('vscode', () => {
  const registered = () => ({ dispose() {} });
  return {
    Range: class {},
    Diagnostic: class {
      constructor(
        readonly range: unknown,
        readonly message: string,
      ) {}
    },
    DiagnosticSeverity: {},
    languages: {
      createDiagnosticCollection: () => ({
        set: (_: unknown, found: { message: string }[]) => editor.shown.push(found.map(({ message }) => message)),
        delete() {},
        dispose() {},
      }),
      registerCompletionItemProvider: registered,
      registerHoverProvider: registered,
      registerDocumentFormattingEditProvider: registered,
    },
  };
});

beforeEach(() => {
  editor.shown = [];
});

it('shows the problems of the text as it stands, never those of an earlier one', async () => {
  const answers = [deferred<Validation>(), deferred<Validation>()];
  const waiting = [...answers];
  const language = new ArgumentsLanguage({
    schemaOf: () => ({ type: 'object' }),
    validate: () => waiting.shift()?.promise ?? Promise.reject(new Error('Nothing more is checked.')),
  });
  const document = {
    uri: {},
    version: 1,
    isClosed: false,
    text: '{"a": 1}',
    getText: () => document.text,
    positionAt: Number,
  };
  const check = () => language.check(document as never);
  const answer = (message: string): Validation => {
    return { valid: false, timedOut: false, errors: [{ pointer: '/a', keyword: 'maximum', message }] };
  };
  const first = check();
  Object.assign(document, { version: 2, text: '{"a": 2}' });
  const second = check();
  answers[1]?.resolve(answer('newer'));
  await second;
  answers[0]?.resolve(answer('older'));
  expect(await first).toMatchObject([{ message: 'older' }]);
  expect(editor.shown).toEqual([['newer']]);
});
