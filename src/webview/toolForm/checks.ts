import type { EnteredArguments } from './enteredArguments';
import { allProblems, NO_PROBLEMS, type Problems, sameProblems } from './problems';
import { drawnWhole, NOTHING_SHOWN, type ShownProblems, showing } from './shownProblems';
import type { ValidatorClient } from './validatorClient';

const CHECK_DELAY_MS = 150;

/** What is wrong with the arguments, and what of it is shown. */
export class Checks {
  problems: Problems = NO_PROBLEMS;
  shown: ShownProblems = NOTHING_SHOWN;
  readonly #entered: EnteredArguments;
  readonly #validator: ValidatorClient;
  readonly #onChange: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #version = 0;

  constructor(entered: EnteredArguments, validator: ValidatorClient, onChange: () => void) {
    this.#entered = entered;
    this.#validator = validator;
    this.#onChange = onChange;
  }

  /** Checks once the typing pauses. */
  later(): void {
    this.#version++;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.now(), CHECK_DELAY_MS);
  }

  async now(): Promise<Problems> {
    clearTimeout(this.#timer);
    const version = ++this.#version;
    const { form, tool, names } = this.#entered;
    if (form === undefined || tool === undefined) return NO_PROBLEMS;
    const args = this.#entered.value();
    const checked = args === undefined ? undefined : await this.#validator.check(tool.inputSchema, args);
    const problems = allProblems(form, checked, names);
    // Something was typed in between: that has a check of its own.
    if (version === this.#version) {
      this.show(problems, this.shown.all && problems.list.length > 0);
      this.#onChange();
    }
    return problems;
  }

  /** `all`: also missing values of fields that nobody has touched. */
  show(problems: Problems, all: boolean): void {
    if (sameProblems(problems, this.problems) && all === this.shown.all) return;
    this.problems = problems;
    this.shown = showing(problems, all, this.shown);
  }

  clear(): void {
    this.show(NO_PROBLEMS, false);
  }

  /** Has every field drawn again. */
  drawWhole(): void {
    this.shown = drawnWhole(this.shown);
  }
}
