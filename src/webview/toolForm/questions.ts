import type { QuestionAction, QuestionView } from '../../shared/questions';
import type { HostMessage } from '../../shared/toolPanel';
import { afterDrawing } from './editing';
import type { Host } from './host';
import { Presses } from './presses';
import { QuestionForm } from './questionForm';
import type { ValidatorClient } from './validatorClient';

/** More than any form has fields. */
const IDS_PER_FORM = 10_000_000;
const HEARD_CHARACTERS = 300;
/** What a key is pressed for where it is the focus. */
const TYPED_INTO = 'input, textarea, select, [contenteditable]';

/** One question that is open. */
export interface OpenQuestion {
  readonly view: QuestionView;
  /** What is entered, where values are asked for. */
  readonly form: QuestionForm | undefined;
  /** It was answered, and the host does not know it yet. */
  readonly isAnswered: boolean;
}

/** What servers ask while calls of this panel run. The first question is shown, the others wait. */
export class Questions {
  list: readonly OpenQuestion[] = [];
  /** Why the last question is gone, where nobody answered it; also while the next one is there. */
  notice: string | undefined;
  /** For the live region. */
  announcement = '';
  onChange: () => void = () => {};
  readonly presses = new Presses(document);

  readonly #host: Host;
  readonly #validator: ValidatorClient;
  readonly #newId: () => string;
  #forms = 0;
  /** Whether something was typed since the last call began: then nobody's focus is moved. */
  #isTyping = false;

  constructor(host: Host, validator: ValidatorClient, newId: () => string) {
    this.#host = host;
    this.#validator = validator;
    this.#newId = newId;
    host.onMessage((message) => this.#receive(message));
    document.addEventListener('input', () => {
      this.#isTyping = true;
    });
  }

  get first(): OpenQuestion | undefined {
    return this.list[0];
  }

  /** Moves the focus to the question that is shown: beside its buttons, so that no key that is under way answers it. */
  focus(): void {
    const { first } = this;
    if (first) afterDrawing(() => document.getElementById(cardId(first))?.focus());
  }

  async answer({ view, form, isAnswered }: OpenQuestion, action: QuestionAction): Promise<void> {
    const { id } = view;
    if (isAnswered) return;
    const content = action === 'accept' && form ? await form.accepted() : undefined;
    if (action === 'accept' && form && content === undefined) return;
    if (this.list.every(({ view, isAnswered }) => view.id !== id || isAnswered)) return;
    this.#mark(id, true);
    this.#host.post({ type: 'answer', id, action, ...(content && { content }) });
  }

  #receive(message: HostMessage): void {
    if (message.type === 'started') this.#isTyping = false;
    else if (message.type === 'questions') this.#update(message.questions, message.notice);
    else if (message.type === 'questionRefused') {
      this.#mark(message.id, false);
      this.list.find(({ view }) => view.id === message.id)?.form?.refused(message.problems);
    }
  }

  #update(views: readonly QuestionView[], notice: string | undefined): void {
    const before = this.list;
    const shown = before[0]?.view.id;
    const hadFocus = shown !== undefined && document.getElementById(`${shown}-card`)?.contains(document.activeElement);
    this.list = views.map((view) => before.find((known) => known.view.id === view.id) ?? this.#open(view));
    for (const { view, form } of before) if (!this.list.some((known) => known.view.id === view.id)) form?.dispose();
    const { first } = this;
    const isNew = first !== undefined && first.view.id !== shown;
    const said = notice !== undefined && notice !== this.notice ? [notice] : [];
    if (isNew) said.push(asking(first.view), first.view.message.slice(0, HEARD_CHARACTERS));
    if (said.length > 0) this.#announce(said.join(' '));
    this.notice = notice;
    this.onChange();
    if (isNew && (hadFocus || this.#mayMoveFocus())) this.focus();
    else if (hadFocus && first === undefined) afterDrawing(() => document.getElementById('results')?.focus());
  }

  #open(view: QuestionView): OpenQuestion {
    if (view.mode === 'url') return { view, form: undefined, isAnswered: false };
    const form = new QuestionForm(view, ++this.#forms * IDS_PER_FORM, {
      validator: this.#validator,
      newId: this.#newId,
      announce: (text) => this.#announce(text),
      draw: () => this.onChange(),
      onDraft: (draft) => this.#host.post({ type: 'draft', id: view.id, draft }),
    });
    return { view, form, isAnswered: false };
  }

  #mayMoveFocus(): boolean {
    if (!document.hasFocus()) return false;
    return !this.#isTyping || !document.activeElement?.matches(TYPED_INTO);
  }

  #mark(id: string, isAnswered: boolean): void {
    this.list = this.list.map((question) => (question.view.id === id ? { ...question, isAnswered } : question));
    this.onChange();
  }

  #announce(text: string): void {
    this.announcement = text;
    this.onChange();
  }
}

export function cardId({ view }: OpenQuestion): string {
  return `${view.id}-card`;
}

export function asking({ server, mode }: QuestionView): string {
  return mode === 'form' ? `“${server}” asks a question.` : `“${server}” asks you to open an address.`;
}
