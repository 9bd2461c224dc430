/** Steps of about a microsecond. */
const STEPS = 150_000;

/**
 * What one change of a form may cost in the thread of the window, with all that its fields, conditions and variants look
 * at. Whoever is refused a step leaves the matter open.
 */
export class Budget {
  #left = STEPS;

  /** Whether the work may be done. Once it may not, nothing may until `renew`. */
  spend(steps = 1): boolean {
    this.#left = this.#left < steps ? 0 : this.#left - steps;
    return this.#left > 0;
  }

  get isSpent(): boolean {
    return this.#left <= 0;
  }

  renew(): void {
    this.#left = STEPS;
  }
}
