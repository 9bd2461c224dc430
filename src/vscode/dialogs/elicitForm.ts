import * as vscode from 'vscode';
import type { ElicitAnswer, ElicitField, ElicitRequest } from '../../core/ports';
import type { JsonValue } from '../../shared/json';
import { escapeIcons, unlinked } from '../plainText';
import type { QuestionTurns } from '../questionTurns';
import { choose } from './choose';
import { entryProblem, fieldHint, formIntroduction, MAX_TITLE, moreQuestions, parseEntry } from './requestText';

type FormRequest = ElicitRequest & { readonly mode: 'form' };
/** `value`: go on; a number: go to that step. */
type Outcome = { readonly value: JsonValue | undefined } | 'back' | 'decline' | 'stop' | 'cancel' | number;

/**
 * Says what the form is about where its steps have no room for that, asks for each field in turn, then shows the answers
 * before they are sent. Closing a step is `cancel`; buttons in the title are `decline` and the end of all questions.
 */
export async function askForm(request: FormRequest, signal: AbortSignal, turns: QuestionTurns): Promise<ElicitAnswer> {
  const { fields } = request;
  const about = formIntroduction(request);
  if (about !== undefined) {
    const answer = await introduce(request, about, signal, turns);
    if (answer) return answer;
  }
  const context = { request, signal, turns, message: about === undefined ? unlinked(request.message, 300) : '' };
  const answers = new Map<string, JsonValue | undefined>(
    fields.map((field) => [field.name, 'default' in field ? (field.default as JsonValue) : undefined]),
  );
  for (let step = 0; ; ) {
    const field = fields[step];
    const outcome = await (field
      ? askField(new Step(context, step), field, answers.get(field.name))
      : review(new Step(context, step), fields, answers));
    if (outcome === 'stop') return { action: 'decline', stopsQuestions: true };
    if (outcome === 'decline' || outcome === 'cancel') return { action: outcome };
    if (outcome === 'back') step -= 1;
    else if (typeof outcome === 'number') step = outcome;
    else if (field) {
      answers.set(field.name, outcome.value);
      step += 1;
    } else break;
  }
  const given = [...answers].filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  return { action: 'accept', content: Object.fromEntries(given) };
}

/** The answer where it is there already; undefined: go on to the fields. */
async function introduce(
  { serverName, fields }: FormRequest,
  detail: string,
  signal: AbortSignal,
  turns: QuestionTurns,
): Promise<ElicitAnswer | undefined> {
  const { t } = vscode.l10n;
  const server = unlinked(serverName, 80);
  const go = fields.length === 0 ? t('Agree') : t('Answer');
  const decline = t('Decline');
  const stop = t('Stop Asking');
  const message = fields.length === 0 ? t('“{0}” asks whether you agree.', server) : t('“{0}” asks you.', server);
  const picked = await choose({ serverName, message, detail }, [go, decline, stop], turns, signal);
  if (picked === stop) return { action: 'decline', stopsQuestions: true };
  if (picked === decline) return { action: 'decline' };
  if (picked !== go) return { action: 'cancel' };
  return fields.length === 0 ? { action: 'accept', content: {} } : undefined;
}

interface FormContext {
  readonly request: FormRequest;
  readonly signal: AbortSignal;
  readonly turns: QuestionTurns;
  /** What the server says it wants to know, where the first step has room for it. */
  readonly message: string;
}

/** One input of the sequence, with its title, its buttons and its end. */
class Step {
  readonly #context: FormContext;
  readonly #index: number;
  readonly #decline = { iconPath: new vscode.ThemeIcon('circle-slash'), tooltip: vscode.l10n.t('Decline') };
  readonly #stop = {
    iconPath: new vscode.ThemeIcon('bell-slash'),
    tooltip: vscode.l10n.t('Stop asking: no more questions of this server until it connects again'),
  };

  constructor(context: FormContext, index: number) {
    this.#context = context;
    this.#index = index;
  }

  /** What stands beside the input: the message of the server with the first one, then what the field is for. */
  hint(field: ElicitField): string {
    const optional = field.required ? '' : vscode.l10n.t('optional');
    const message = this.#index === 0 ? this.#context.message : '';
    return unlinked([message, fieldHint(field), optional].filter(Boolean).join(' · '), 1000);
  }

  /** Shows `input` until `accept` gives an outcome or the person leaves it. */
  run(input: vscode.InputBox | vscode.QuickPick<vscode.QuickPickItem>, accept: () => Outcome | undefined) {
    const { request, signal, turns } = this.#context;
    const server = unlinked(request.serverName, 80);
    const field = request.fields[this.#index];
    const { t } = vscode.l10n;
    // Stands there all the time: a prompt gives way to a problem, and a placeholder to what is typed.
    const title = field ? t('“{0}” asks: {1}', server, unlinked(field.title, MAX_TITLE)) : t('“{0}” asks', server);
    const showTitle = () => {
      input.title = [title, moreQuestions(turns.waiting, t)].filter(Boolean).join(' · ');
    };
    showTitle();
    input.step = this.#index + 1;
    input.totalSteps = request.fields.length + 1;
    input.ignoreFocusOut = true;
    const own = [this.#decline, this.#stop];
    input.buttons = this.#index > 0 ? [vscode.QuickInputButtons.Back, ...own] : own;
    return new Promise<Outcome>((resolve) => {
      const end = (outcome: Outcome) => {
        signal.removeEventListener('abort', onAbort);
        following.dispose();
        resolve(outcome);
        input.dispose();
      };
      const following = turns.onDidChangeWaiting(showTitle);
      const onAbort = () => end('cancel');
      input.onDidTriggerButton((button) =>
        end(button === this.#stop ? 'stop' : button === this.#decline ? 'decline' : 'back'),
      );
      input.onDidHide(() => end('cancel'));
      input.onDidAccept(() => {
        const outcome = accept();
        if (outcome !== undefined) end(outcome);
      });
      if (signal.aborted) return end('cancel');
      signal.addEventListener('abort', onAbort, { once: true });
      input.show();
    });
  }
}

function askField(step: Step, field: ElicitField, value: JsonValue | undefined): Promise<Outcome> {
  if (field.kind === 'text' || field.kind === 'number') return askText(step, field, value);
  return field.kind === 'choices' ? askSeveral(step, field, value) : askOne(step, field, value);
}

function askText(step: Step, field: ElicitField, value: JsonValue | undefined): Promise<Outcome> {
  const { t } = vscode.l10n;
  const input = vscode.window.createInputBox();
  input.value = value === undefined ? '' : String(value);
  input.prompt = escapeIcons(step.hint(field));
  const check = () => {
    const problem = entryProblem(field, input.value, t);
    input.validationMessage = problem && escapeIcons(unlinked(problem, 300));
    return problem === undefined;
  };
  input.onDidChangeValue(check);
  return step.run(input, () => (check() ? { value: parseEntry(field, input.value) } : undefined));
}

interface ValueItem extends vscode.QuickPickItem {
  readonly value: JsonValue | undefined;
}

function askOne(
  step: Step,
  field: ElicitField & { kind: 'boolean' | 'choice' },
  value: JsonValue | undefined,
): Promise<Outcome> {
  const { t } = vscode.l10n;
  const options =
    field.kind === 'boolean'
      ? [true, false].map((option) => ({ value: option, label: option ? t('Yes') : t('No') }))
      : field.options;
  const items: ValueItem[] = options.map((option) => ({ value: option.value, label: labelOf(option.label) }));
  if (!field.required) items.push({ value: undefined, label: t('No answer') });
  const input = vscode.window.createQuickPick<ValueItem>();
  input.items = items;
  // An empty list would take away the first row, which is active by itself.
  const chosen = items.filter((item) => item.value === value);
  if (chosen.length > 0) input.activeItems = chosen;
  input.placeholder = step.hint(field);
  return step.run(input, () => {
    const [item] = input.selectedItems;
    return item && { value: item.value };
  });
}

function askSeveral(
  step: Step,
  field: ElicitField & { kind: 'choices' },
  value: JsonValue | undefined,
): Promise<Outcome> {
  const items: ValueItem[] = field.options.map((option) => ({ value: option.value, label: labelOf(option.label) }));
  const input = vscode.window.createQuickPick<ValueItem>();
  input.canSelectMany = true;
  input.items = items;
  input.selectedItems = items.filter((item) => Array.isArray(value) && value.includes(item.value as string));
  input.placeholder = step.hint(field);
  return step.run(input, () => {
    const picked = input.selectedItems.map((item) => item.value as string);
    if (picked.length === 0 && !field.required) return { value: undefined };
    const problem = field.check(picked);
    if (problem !== undefined) input.placeholder = unlinked(vscode.l10n.t('Not valid: {0}.', problem), 300);
    return problem === undefined ? { value: picked } : undefined;
  });
}

/** Everything once more; a field that is picked can be changed. */
function review(step: Step, fields: readonly ElicitField[], answers: Map<string, JsonValue | undefined>) {
  const { t } = vscode.l10n;
  const send: vscode.QuickPickItem = { label: t('Send'), iconPath: new vscode.ThemeIcon('send') };
  const items = fields.map((field) => {
    const text = answerText(field, answers.get(field.name));
    return { label: labelOf(field.title), description: labelOf(text), alwaysShow: true };
  });
  const input = vscode.window.createQuickPick();
  input.items = [send, ...items];
  input.placeholder = t('Send the answers, or pick one to change it');
  return step.run(input, () => {
    const [item] = input.selectedItems;
    if (item === send) return { value: undefined };
    const index = (items as readonly (vscode.QuickPickItem | undefined)[]).indexOf(item);
    return index < 0 ? undefined : index;
  });
}

/** An answer in the words that it was picked by. */
function answerText(field: ElicitField, value: JsonValue | undefined): string {
  const { t } = vscode.l10n;
  if (value === undefined) return t('No answer');
  if (typeof value === 'boolean') return value ? t('Yes') : t('No');
  const nameOf = (one: JsonValue) =>
    ('options' in field ? field.options.find((option) => option.value === one)?.label : undefined) ?? String(one);
  return Array.isArray(value) ? value.map(nameOf).join(', ') : nameOf(value);
}

function labelOf(text: string): string {
  return escapeIcons(unlinked(text, 200));
}
