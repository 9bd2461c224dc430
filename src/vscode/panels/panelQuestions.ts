import * as vscode from 'vscode';
import { isPatchbayError } from '../../base/errors';
import type { Elicit, ElicitAnswer, ElicitRequest } from '../../core/ports';
import { isWithin } from '../../forms/limits';
import type { JsonObject } from '../../shared/json';
import type {
  QuestionAction,
  QuestionDraft,
  QuestionHostMessage,
  QuestionPanelMessage,
  QuestionView,
} from '../../shared/questions';
import { showInformation } from '../adapters/messages';
import { visitTexts } from '../dialogs/requestText';
import { openAddress } from '../openAddress';
import { manyLines, oneLine, showUnprintable } from '../plainText';

const MAX_MESSAGE = 4_000;
const MAX_LINES = 40;
const KEPT_DRAFTS = 10;

export interface PanelQuestionsDeps {
  readonly toolName: string;
  readonly post: (message: QuestionHostMessage) => void;
  readonly isVisible: () => boolean;
  readonly reveal: () => void;
}

interface OpenQuestion {
  readonly id: string;
  /** The run that it belongs to. */
  readonly run: string;
  readonly request: ElicitRequest;
  readonly end: (answer: ElicitAnswer) => void;
}

/**
 * The questions of servers whose calls run in one panel: shown there instead of in dialogs, kept with what was typed while
 * the panel is hidden, taken back with the call. What the webview sends is checked again before it counts.
 */
export class PanelQuestions {
  readonly #deps: PanelQuestionsDeps;
  readonly #drafts = new Map<string, QuestionDraft>();
  #open: readonly OpenQuestion[] = [];
  #notice: string | undefined;
  #asked = 0;
  #isClosed = false;

  constructor(deps: PanelQuestionsDeps) {
    this.#deps = deps;
  }

  /** Asks for the given run. Resolves with `cancel` where the run is over or the panel closes. */
  of(run: string): Elicit {
    return (request, signal) => {
      if (this.#isClosed || signal.aborted) return Promise.resolve({ action: 'cancel' });
      return new Promise((resolve) => {
        const question: OpenQuestion = {
          id: `question-${++this.#asked}`,
          run,
          request,
          end: (answer) => {
            signal.removeEventListener('abort', onAbort);
            resolve(answer);
          },
        };
        const onAbort = () => this.#withdraw(question, reasonOf(signal));
        signal.addEventListener('abort', onAbort, { once: true });
        this.#open = [...this.#open, question];
        this.#send();
        if (!this.#deps.isVisible()) void this.#notify(question);
      });
    };
  }

  /** Tells a webview that starts what is open. */
  start(): void {
    if (this.#open.length > 0 || this.#notice !== undefined) this.#send();
  }

  async receive(message: QuestionPanelMessage): Promise<void> {
    const question = this.#open.find(({ id }) => id === message.id);
    if (question === undefined) return;
    if (message.type === 'answer') return this.#answer(question, message.action, message.content ?? {});
    if (isWithin(message.draft, 100, 10_000)) this.#keep(question, message.draft);
  }

  /** A run begins: what was said of the last questions is old. */
  begin(): void {
    if (this.#notice === undefined) return;
    this.#notice = undefined;
    this.#send();
  }

  /** The run is over: nobody waits for its answers. */
  over(run: string): void {
    for (const question of this.#open) {
      if (question.run === run) this.#withdraw(question, vscode.l10n.t('the call is over'));
    }
  }

  /** Closing the panel is no answer: each is `cancel`. */
  close(): void {
    this.#isClosed = true;
    for (const { end } of this.#open) end({ action: 'cancel' });
    this.#open = [];
  }

  #send(): void {
    const questions = this.#open.map((question) => this.#view(question));
    this.#deps.post({ type: 'questions', questions, ...(this.#notice !== undefined && { notice: this.#notice }) });
  }

  async #answer(question: OpenQuestion, action: QuestionAction, content: JsonObject): Promise<void> {
    const { request } = question;
    if (action !== 'accept') {
      if (action !== 'cancel') this.#drafts.delete(keyOf(request));
      return this.#end(question, action === 'stop' ? { action: 'decline', stopsQuestions: true } : { action });
    }
    if (request.mode === 'url') {
      this.#leave(question);
      question.end({ action: (await openAddress(request.url)) ? 'accept' : 'cancel' });
      return;
    }
    const problems = problemsOf(request, content);
    if (problems.length > 0) {
      this.#deps.post({ type: 'questionRefused', id: question.id, problems });
      return;
    }
    this.#drafts.delete(keyOf(request));
    const given = request.fields.filter(({ name }) => Object.hasOwn(content, name));
    const values = given.map(({ name }) => [name, content[name] ?? null] as const);
    this.#end(question, { action: 'accept', content: Object.fromEntries(values) });
  }

  #end(question: OpenQuestion, answer: ElicitAnswer): void {
    this.#leave(question);
    question.end(answer);
  }

  #leave(question: OpenQuestion, notice?: string): void {
    this.#open = this.#open.filter((other) => other !== question);
    this.#notice = notice;
    this.#send();
  }

  #withdraw(question: OpenQuestion, why: string): void {
    if (!this.#open.includes(question)) return;
    const server = oneLine(question.request.serverName, 80);
    this.#leave(question, vscode.l10n.t('The question of “{0}” was taken back: {1}. Nothing was sent.', server, why));
    question.end({ action: 'cancel' });
  }

  /** The same question asked again begins with what was typed. */
  #keep({ request }: OpenQuestion, draft: QuestionDraft): void {
    const key = keyOf(request);
    this.#drafts.delete(key);
    this.#drafts.set(key, draft);
    const [oldest] = this.#drafts.keys();
    if (oldest !== undefined && this.#drafts.size > KEPT_DRAFTS) this.#drafts.delete(oldest);
  }

  async #notify(question: OpenQuestion): Promise<void> {
    const { t } = vscode.l10n;
    const { toolName, reveal } = this.#deps;
    const server = oneLine(question.request.serverName, 80);
    const show = t('Show');
    const text = t('“{0}” asks a question, while its tool “{1}” runs.', server, oneLine(toolName, 80));
    if ((await showInformation(text, show)) === show && !this.#isClosed) reveal();
  }

  #view({ id, request }: OpenQuestion): QuestionView {
    const base = { id, server: oneLine(request.serverName, 80), message: messageOf(request) };
    if (request.mode === 'form') {
      const draft = this.#drafts.get(keyOf(request));
      return { ...base, mode: 'form', schema: readable(request.schema), ...(draft && { draft }) };
    }
    const { warning, advice } = visitTexts(request, vscode.l10n.t);
    return { ...base, mode: 'url', address: partsOf(request), ...(warning !== undefined && { warning }), advice };
  }
}

function messageOf({ message }: ElicitRequest): string {
  const lines = manyLines(message, MAX_MESSAGE).split('\n');
  return lines.length > MAX_LINES ? `${lines.slice(0, MAX_LINES).join('\n')}\n…` : lines.join('\n');
}

/** What is wrong with the values, as the server described them. */
function problemsOf({ fields }: ElicitRequest & { mode: 'form' }, content: JsonObject) {
  const { t } = vscode.l10n;
  return fields.flatMap((field) => {
    const value = Object.hasOwn(content, field.name) ? content[field.name] : undefined;
    if (value === undefined) return field.required ? [{ name: field.name, message: t('A value is required.') }] : [];
    const problem = isWithin(value, 10, 10_000) ? field.check(value) : 'it is too large';
    return problem === undefined ? [] : [{ name: field.name, message: t('Not valid: {0}.', problem) }];
  });
}

/** Nothing of the address is left out; invisible characters show. */
function partsOf({ url, host }: ElicitRequest & { mode: 'url' }) {
  const at = url.indexOf(host);
  const [before, after] = at < 0 ? ['', url] : [url.slice(0, at), url.slice(at + host.length)];
  const whole = (text: string) => manyLines(text, Number.POSITIVE_INFINITY);
  return { before: whole(before), host: at < 0 ? '' : whole(host), after: whole(after) };
}

/** With the titles and descriptions in characters that can be seen. */
function readable(schema: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    (key === 'title' || key === 'description') && typeof value === 'string' ? showUnprintable(value) : value,
  );
}

function reasonOf({ reason }: AbortSignal): string {
  if (isPatchbayError(reason)) return oneLine(reason.message, 300).replace(/\.$/, '');
  return vscode.l10n.t('the server or the call does not wait for it any more');
}

function keyOf(request: ElicitRequest): string {
  const asked = request.mode === 'form' ? request.schema : request.url;
  return JSON.stringify([request.serverName, request.message, asked]);
}
