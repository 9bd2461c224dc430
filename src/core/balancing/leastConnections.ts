import type { Candidate, Picker } from './picker';
import { Weighted } from './weighted';

/** The one with the fewest calls in flight for its weight; of several, each by its weight. */
export class LeastConnections implements Picker {
  readonly #ties = new Weighted();

  pick(candidates: readonly Candidate[]): string | undefined {
    const least = Math.min(...candidates.map(loadOf));
    return this.#ties.pick(candidates.filter((candidate) => loadOf(candidate) === least));
  }
}

function loadOf({ inFlight, weight }: Candidate): number {
  return inFlight / weight;
}
