import type { Candidate, Picker } from './picker';

/** More members than a group has: who was not asked for so long counts as new. */
const MAX_REMEMBERED = 1_000;

/** Each in turn, whatever its weight: the one that has waited longest. */
export class RoundRobin implements Picker {
  /** Everybody who had a turn, the latest last. */
  readonly #turns = new Set<string>();

  pick(candidates: readonly Candidate[]): string | undefined {
    const waiting = new Set(candidates.map(({ id }) => id));
    const id = [...waiting].find((id) => !this.#turns.has(id)) ?? [...this.#turns].find((id) => waiting.has(id));
    if (id === undefined) return undefined;
    this.#turns.delete(id);
    this.#turns.add(id);
    const [oldest] = this.#turns;
    if (this.#turns.size > MAX_REMEMBERED && oldest !== undefined) this.#turns.delete(oldest);
    return id;
  }
}
