import type { QuestionAction, UrlQuestion } from '../../shared/questions';
import { FieldView } from './field';
import { Icon } from './icons';
import { choicesOf, QuestionChoices } from './questionChoices';
import type { QuestionForm } from './questionForm';
import { cardId, type OpenQuestion, type Questions } from './questions';
import { plural } from './text';

interface QuestionProps {
  readonly questions: Questions;
  /** The tool of this panel. */
  readonly toolName: string;
}

/** The first question that a server asks while its call runs, or why it is gone. */
export function ShownQuestion({ questions, toolName }: QuestionProps) {
  const { first, notice } = questions;
  return (
    <>
      {first ? (
        <Question key={first.view.id} questions={questions} question={first} toolName={toolName} />
      ) : (
        notice !== undefined && (
          <p class="notice">
            <Icon name="question" />
            {notice}
          </p>
        )
      )}
    </>
  );
}

function Question({ questions, question, toolName }: QuestionProps & { readonly question: OpenQuestion }) {
  const { view, form, isAnswered } = question;
  const waiting = questions.list.length - 1;
  const id = cardId(question);
  const answer = (action: QuestionAction) => void questions.answer(question, action);
  const acceptByKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || view.mode === 'url') return;
    event.preventDefault();
    // The same keys run the tool elsewhere.
    event.stopPropagation();
    answer('accept');
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
          <button type="button" class="primary" aria-disabled={isAnswered} onClick={() => answer('accept')}>
            {acceptWords(question)}
          </button>
          <button type="button" class="secondary" aria-disabled={isAnswered} onClick={() => answer('decline')}>
            Decline
          </button>
          <button type="button" class="secondary" aria-disabled={isAnswered} onClick={() => answer('cancel')}>
            Cancel
          </button>
          <button
            type="button"
            class="quiet stop-asking"
            aria-disabled={isAnswered}
            title="No more questions of this server until it connects again"
            onClick={() => answer('stop')}
          >
            Stop asking
          </button>
        </div>
      </div>
    </article>
  );
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
