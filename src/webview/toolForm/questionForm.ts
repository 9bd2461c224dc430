import { createForm, type Form } from '../../forms/form';
import { joinPointer } from '../../forms/pointer';
import type { JsonObject } from '../../shared/json';
import type { FormQuestion, QuestionDraft } from '../../shared/questions';
import { afterDrawing, type Editing, focusFirst, focusIds } from './editing';
import { Folding } from './folding';
import { NameDrafts } from './nameDrafts';
import { allProblems, NO_PROBLEMS, type Problem, type Problems, textWithPath } from './problems';
import { NOTHING_SHOWN, type ShownProblems, showing } from './shownProblems';
import { plural } from './text';
import { restoreTexts, unreadTexts } from './unreadTexts';
import type { ValidatorClient } from './validatorClient';

const PAUSE_MS = 150;

export interface QuestionFormDeps {
  readonly validator: ValidatorClient;
  readonly newId: () => string;
  readonly announce: (text: string) => void;
  readonly draw: () => void;
  /** Told what is entered, at each change. */
  readonly onDraft: (draft: QuestionDraft) => void;
}

/** The values that a server asks for, as they are entered. */
export class QuestionForm {
  readonly form: Form;
  readonly editing: Editing;
  shown: ShownProblems = NOTHING_SHOWN;
  problems: Problems = NO_PROBLEMS;
  readonly #schema: FormQuestion['schema'];
  readonly #deps: QuestionFormDeps;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Rises with each change. */
  #version = 0;

  /** `firstId`: fields are numbered from it on, so that no other form has one of the same number. */
  constructor({ schema, draft }: FormQuestion, firstId: number, deps: QuestionFormDeps) {
    const { newId, announce } = deps;
    this.#schema = schema;
    this.#deps = deps;
    this.form = createForm(schema, draft?.content, { firstId });
    if (draft?.texts) restoreTexts(this.form, draft.texts);
    this.editing = {
      form: this.form,
      folding: new Folding(),
      names: new NameDrafts(),
      isSecret: (field) => field.isSecret,
      newId,
      announce,
      change: (action, said) => {
        action();
        if (said !== undefined) announce(said);
        // At once: a panel that is hidden is gone, with what it did not tell.
        const texts = unreadTexts(this.form);
        deps.onDraft({ content: this.#content(), ...(texts && { texts }) });
        this.#later();
        deps.draw();
      },
    };
  }

  /** The values where they may be sent. Else shows what is wrong, and focuses the first of it. */
  async accepted(): Promise<JsonObject | undefined> {
    for (;;) {
      clearTimeout(this.#timer);
      const content = this.#content();
      const version = this.#version;
      const problems = await this.#check();
      // Only what was checked is accepted.
      if (version !== this.#version) continue;
      if (problems.list.length === 0) return content;
      this.#refuse(problems);
      return undefined;
    }
  }

  /** The host found problems that were not seen here. `name`: a member of the answer. */
  refused(found: readonly { readonly name: string; readonly message: string }[]): void {
    const list = found.map(({ name, message }): Problem => {
      const field = this.form.find(joinPointer('', name));
      return { pointer: field?.pointer ?? '', path: field?.label ?? name, message, kind: 'invalid' };
    });
    this.#refuse({ list, notice: undefined });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#version++;
  }

  #content(): JsonObject {
    return (this.form.value() ?? {}) as JsonObject;
  }

  #later(): void {
    this.#version++;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), PAUSE_MS);
  }

  async #check(): Promise<Problems> {
    const version = this.#version;
    const checked = await this.#deps.validator.check(this, this.#schema, this.#content());
    const problems = allProblems(this.form, checked);
    // Something was typed in between: that has a check of its own.
    if (version === this.#version) this.#show(problems, this.shown.all && problems.list.length > 0);
    return problems;
  }

  #refuse(problems: Problems): void {
    const [first] = problems.list;
    this.#show(problems, true);
    this.#deps.announce(`${plural(problems.list.length, 'problem')}: ${first ? textWithPath(first) : ''}`);
    const field = first && this.form.find(first.pointer);
    if (field) afterDrawing(() => focusFirst(focusIds(field))?.scrollIntoView({ block: 'nearest' }));
  }

  #show(problems: Problems, all: boolean): void {
    this.problems = problems;
    this.shown = showing(problems, all, this.shown);
    this.#deps.draw();
  }
}
