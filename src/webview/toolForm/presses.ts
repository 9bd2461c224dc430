/** Since when the key or the button is down that an event comes from, so that what began before a moment can be told apart. */
export class Presses {
  #since: number | undefined;

  constructor(page: Document) {
    const down = (event: KeyboardEvent | PointerEvent) => {
      if (!('repeat' in event) || !event.repeat) this.#since = event.timeStamp;
      // Nobody heard when it began.
      else this.#since ??= Number.NEGATIVE_INFINITY;
    };
    const up = () => {
      const ended = this.#since;
      // After the click that belongs to it.
      setTimeout(() => {
        if (this.#since === ended) this.#since = undefined;
      });
    };
    page.addEventListener('keydown', down, true);
    page.addEventListener('pointerdown', down, true);
    page.addEventListener('keyup', up, true);
    page.addEventListener('pointerup', up, true);
    page.addEventListener('pointercancel', up, true);
    page.defaultView?.addEventListener('blur', () => {
      this.#since = undefined;
    });
  }

  /** On the clock of `Event.timeStamp`. A click that nothing was pressed for, as by assistive technology, is as old as itself. */
  since(event: Event): number {
    return this.#since ?? event.timeStamp;
  }
}
