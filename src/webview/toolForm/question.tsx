import { useEffect, useState } from 'preact/hooks';
import type { QuestionAction, UrlQuestion } from '../../shared/questions';
import { FieldView } from './field';
import { Icon } from './icons';
import { choicesOf, QuestionChoices } from './questionChoices';
import type { QuestionForm } from './questionForm';
import { cardId, type OpenQuestion, type Questions } from './questions';
import { plural } from './text';

/** How long a question is in sight before it takes an answer: what was pressed before that was meant for something else. */
const READING_MS = 700;

interface QuestionProps {
  readonly questions: Questions;
  /** The tool of this panel. */
  readonly toolName: string;
}

/** The first question that a server asks while its call runs, and why the one before it is gone. */
export function ShownQuestion({ questions, toolName }: QuestionProps) {
  const { first, notice } = questions;
  return (
    <>
      {notice !== undefined && (
        <p class="notice">
          <Icon name="question" />
          {notice}
        </p>
      )}
      {first && <Question key={first.view.id} questions={questions} question={first} toolName={toolName} />}
    </>
  );
}

function Question({ questions, question, toolName }: QuestionProps & { readonly question: OpenQuestion }) {
  const { view, form, isAnswered } = question;
  const waiting = questions.list.length - 1;
  const id = cardId(question);
  const openSince = useOpenSince();
  const isClosed = isAnswered || openSince === undefined;
  const answer = (action: QuestionAction, event: Event) => {
    if (openSince !== undefined && questions.presses.since(event) >= openSince) void questions.answer(question, action);
  };
  const acceptByKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || view.mode === 'url') return;
    event.preventDefault();
    // The same keys run the tool elsewhere.
    event.stopPropagation();
    if (!event.repeat) answer('accept', event);
  };
  return (
    <article
      class="card question"
      id={id}
      tabIndex={-1}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-message`}
      onKeyDown={acceptByKey}
    >
      <div class="card-head">
        <h2 class="status" id={`${id}-title`}>
          <Icon name="question" />
          <span>
            Question of the server <span class="asking-server">“{view.server}”</span>
          </span>
        </h2>
        <span class="facts">
          while <code>{toolName}</code> runs
          {waiting > 0 && <span class="at">{plural(waiting, 'more question')}</span>}
        </span>
      </div>
      <div class="card-body">
        {view.mode === 'url' && <Address view={view} />}
        {(view.message !== '' || view.mode === 'form') && (
          <div class="asked">
            {view.message !== '' && (
              <p class="asked-text" id={`${id}-message`}>
                {view.message}
              </p>
            )}
            {form && <Values form={form} />}
          </div>
        )}
        <p class="about">{adviceOf(question)}</p>
        <div class="answers">
          <button type="button" class="primary" aria-disabled={isClosed} onClick={(event) => answer('accept', event)}>
            {acceptWords(question)}
          </button>
          <button
            type="button"
            class="secondary"
            aria-disabled={isClosed}
            onClick={(event) => answer('decline', event)}
          >
            Decline
          </button>
          <button type="button" class="secondary" aria-disabled={isClosed} onClick={(event) => answer('cancel', event)}>
            Cancel
          </button>
          <button
            type="button"
            class="quiet stop-asking"
            aria-disabled={isClosed}
            title="No more questions of this server until it connects again"
            onClick={(event) => answer('stop', event)}
          >
            Stop asking
          </button>
        </div>
      </div>
    </article>
  );
}

/** From when on it may be answered, on the clock of `Event.timeStamp`; undefined until it was in sight for long enough. */
function useOpenSince(): number | undefined {
  const [since, setSince] = useState<number>();
  useEffect(() => {
    const timer = setTimeout(() => setSince(performance.now()), READING_MS);
    return () => clearTimeout(timer);
  }, []);
  return since;
}

function acceptWords({ view, form }: OpenQuestion): string {
  if (view.mode === 'url') return 'Open in browser';
  return form?.form.root.children.length === 0 ? 'Agree' : 'Send answer';
}

function adviceOf({ view }: OpenQuestion): string {
  if (view.mode === 'url') return view.advice;
  return 'The answer goes to this server. Give it no passwords or keys here.';
}

function Values({ form }: { readonly form: QuestionForm }) {
  const { shown, editing, problems } = form;
  return (
    <>
      {form.form.root.children.map((field) => {
        const props = { field, revision: field.revision, editing, shown };
        const choices = choicesOf(field);
        return choices ? (
          <QuestionChoices key={field.id} {...props} choices={choices} />
        ) : (
          <FieldView key={field.id} {...props} />
        );
      })}
      {problems.notice && <p class="notice">{problems.notice}</p>}
    </>
  );
}

/** The address in full, its host set apart, above all that the server says. Never a link: only the button opens it. */
function Address({ view }: { readonly view: UrlQuestion }) {
  const { address, warning } = view;
  return (
    <>
      <p class="asked-host">
        Host: <strong>{address.host}</strong>
      </p>
      {warning !== undefined && (
        <p class="notice">
          <Icon name="warning" />
          {warning}
        </p>
      )}
      <p class="asked-address">
        <code>
          {address.before}
          <strong>{address.host}</strong>
          {address.after}
        </code>
      </p>
    </>
  );
}
