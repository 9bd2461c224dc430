import { BEYOND_ARGUMENT_LIMITS, fitsArguments } from '../../forms/limits';
import type { JsonObject } from '../../shared/json';
import type { EnteredArguments } from './enteredArguments';
import { allProblems, NO_PROBLEMS, type Problems, sameProblems } from './problems';
import { drawnWhole, NOTHING_SHOWN, type ShownProblems, showing } from './shownProblems';
import type { ValidatorClient } from './validatorClient';

const CHECK_DELAY_MS = 150;

/** The arguments as they were checked, and what is wrong with them. */
export interface CheckedArguments {
  readonly args: JsonObject | undefined;
  readonly problems: Problems;
}

/** What is wrong with the arguments, and what of it is shown. */
export class Checks {
  problems: Problems = NO_PROBLEMS;
  shown: ShownProblems = NOTHING_SHOWN;
  readonly #entered: EnteredArguments;
  readonly #validator: ValidatorClient;
  readonly #onChange: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Rises with each change of what is to be checked. */
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
    this.#timer = setTimeout(() => void this.#check(), CHECK_DELAY_MS);
  }

  /** Checks what is entered, and once more where that or the schema changed meanwhile: what comes back is what is entered then. */
  async now(): Promise<CheckedArguments> {
    for (;;) {
      clearTimeout(this.#timer);
      const version = this.#version;
      const checked = await this.#check();
      if (version === this.#version) return checked;
    }
  }

  /** `all`: also missing values of fields that nobody has touched. */
  show(problems: Problems, all: boolean): void {
    if (sameProblems(problems, this.problems) && all === this.shown.all) return;
    this.problems = problems;
    this.shown = showing(problems, all, this.shown);
  }

  /** For another form. */
  clear(): void {
    this.#version++;
    this.show(NO_PROBLEMS, false);
  }

  /** Has every field drawn again. */
  drawWhole(): void {
    this.shown = drawnWhole(this.shown);
  }

  async #check(): Promise<CheckedArguments> {
    const version = this.#version;
    const { form, tool, names } = this.#entered;
    if (form === undefined || tool === undefined) return { args: undefined, problems: NO_PROBLEMS };
    const args = this.#entered.value();
    if (!fitsArguments(args)) {
      const list = [{ pointer: '', message: BEYOND_ARGUMENT_LIMITS, kind: 'unreadable' }] as const;
      this.show({ list, notice: undefined }, this.shown.all);
      this.#onChange();
      return { args: undefined, problems: this.problems };
    }
    const checked = args === undefined ? undefined : await this.#validator.check(this, tool.inputSchema, args);
    // Something changed in between: that has a check of its own.
    if (version !== this.#version) return { args, problems: NO_PROBLEMS };
    const problems = allProblems(form, checked, names);
    this.show(problems, this.shown.all && problems.list.length > 0);
    this.#onChange();
    return { args, problems };
  }
}
