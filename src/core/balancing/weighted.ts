import type { Candidate, Picker } from './picker';

/**
 * Smooth weighted round robin, as nginx does it: each call gives every candidate credit by its weight, the one with the most
 * gets the call and pays the sum of all weights. Weights 5, 1, 1 give a a b a c a a.
 */
export class Weighted implements Picker {
  #credits = new Map<string, number>();

  pick(candidates: readonly Candidate[]): string | undefined {
    const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
    // Who left took its credit or debt along. Shared by weight, it keeps anybody from running ahead of a newcomer.
    const share = candidates.reduce((sum, { id }) => sum + this.#creditOf(id), 0) / total;
    const credits = new Map<string, number>();
    let best: Candidate | undefined;
    let most = Number.NEGATIVE_INFINITY;
    for (const candidate of candidates) {
      const { id, weight } = candidate;
      const credit = this.#creditOf(id) + (1 - share) * weight;
      credits.set(id, credit);
      if (credit <= most) continue;
      best = candidate;
      most = credit;
    }
    if (best) credits.set(best.id, most - total);
    this.#credits = credits;
    return best?.id;
  }

  #creditOf(id: string): number {
    return this.#credits.get(id) ?? 0;
  }
}
