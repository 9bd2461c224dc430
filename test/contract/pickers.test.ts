import { describe, expect, it } from 'vitest';
import type { Candidate, Picker } from '../../src/core/balancing/picker';
import { createPicker, type Strategy } from '../../src/core/balancing/strategies';
import { fc } from '../support/fastCheck';

interface Kind {
  readonly strategy: Strategy;
  /** The share of the calls that a weight is good for. */
  readonly shareOf: (weight: number) => number;
}

const KINDS: readonly Kind[] = [
  { strategy: 'roundRobin', shareOf: () => 1 },
  { strategy: 'leastConnections', shareOf: (weight) => weight },
  { strategy: 'weighted', shareOf: (weight) => weight },
];

const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 });
const anyWeight = fc.double({ min: 0.01, max: 1000, noNaN: true });
const memberNames = ['a', 'b', 'c', 'd', 'e'];
const anyCandidates = fc.uniqueArray(
  fc.record({ id: fc.constantFrom(...memberNames), weight: anyWeight, inFlight: fc.nat(50) }),
  { selector: ({ id }) => id, maxLength: memberNames.length },
);

function candidatesOf(weights: readonly number[]): Candidate[] {
  return weights.map((weight, index) => ({ id: `m${index}`, weight, inFlight: 0 }));
}

/** How often each id was picked by so many calls that are over before the next one begins. */
function count(picker: Picker, candidates: readonly Candidate[], calls: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let call = 0; call < calls; call++) {
    const id = picker.pick(rotate(candidates, call)) ?? '';
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** The same in another order. */
function rotate<T>(items: readonly T[], by: number): T[] {
  return items.map((_, index) => items[(index + by) % items.length] as T);
}

describe.each(KINDS)('$strategy', ({ strategy, shareOf }) => {
  it('picks nobody of nobody', () => {
    const picker = createPicker(strategy);
    expect(picker.pick([])).toBeUndefined();
    expect(picker.pick(candidatesOf([3]))).toBe('m0');
    expect(picker.pick([])).toBeUndefined();
  });

  it('picks the only one, however busy', () => {
    const picker = createPicker(strategy);
    const only = [{ id: 'a', weight: 0.5, inFlight: 1000 }];
    expect([1, 2, 3].map(() => picker.pick(only))).toEqual(['a', 'a', 'a']);
  });

  it('picks only candidates, whoever comes and goes', () => {
    fc.assert(
      fc.property(fc.array(anyCandidates, { maxLength: 50 }), (moments) => {
        const picker = createPicker(strategy);
        for (const candidates of moments) {
          const id = picker.pick(candidates);
          if (candidates.length === 0) expect(id).toBeUndefined();
          else expect(candidates.map(({ id }) => id)).toContain(id);
        }
      }),
    );
  });

  it('gives each its share of a cycle, and of each further one, in any order', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 3 }), (weights, cycles) => {
        const candidates = candidatesOf(weights);
        const cycle = weights.reduce((sum, weight) => sum + shareOf(weight), 0);
        const counts = count(createPicker(strategy), candidates, cycle * cycles);
        for (const { id, weight } of candidates) {
          const wanted = shareOf(weight) * cycles;
          expect(Math.abs((counts.get(id) ?? 0) - wanted)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('gives nobody more than its share and one call at any moment', () => {
    fc.assert(
      fc.property(weights, fc.nat(300), (weights, calls) => {
        const candidates = candidatesOf(weights);
        const cycle = weights.reduce((sum, weight) => sum + shareOf(weight), 0);
        const counts = count(createPicker(strategy), candidates, calls);
        for (const { id, weight } of candidates) {
          expect(counts.get(id) ?? 0).toBeLessThanOrEqual((calls * shareOf(weight)) / cycle + 1);
        }
      }),
    );
  });

  it('gives each its share of calls that nobody answers', () => {
    fc.assert(
      fc.property(weights, (weights) => {
        const picker = createPicker(strategy);
        const inFlight = new Map<string, number>();
        const cycle = weights.reduce((sum, weight) => sum + shareOf(weight), 0);
        for (let call = 0; call < cycle; call++) {
          const now = candidatesOf(weights).map((one) => ({ ...one, inFlight: inFlight.get(one.id) ?? 0 }));
          const id = picker.pick(now) ?? '';
          inFlight.set(id, (inFlight.get(id) ?? 0) + 1);
        }
        for (const { id, weight } of candidatesOf(weights)) {
          expect(Math.abs((inFlight.get(id) ?? 0) - shareOf(weight))).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('passes over nobody who stays, while others come and go', () => {
    fc.assert(
      fc.property(
        fc.record({ id: fc.constant('stays'), weight: fc.integer({ min: 1, max: 5 }), inFlight: fc.constant(0) }),
        fc.array(fc.subarray(memberNames), { minLength: 1, maxLength: 7 }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 5, maxLength: 5 }),
        (stays, moments, weights) => {
          const picker = createPicker(strategy);
          const picked = new Set<string | undefined>();
          for (let call = 0; call < 200; call++) {
            const others = moments[call % moments.length] ?? [];
            const present = others.map((id) => ({ id, weight: weights[memberNames.indexOf(id)] ?? 1, inFlight: 0 }));
            picked.add(picker.pick([...present, stays]));
          }
          expect(picked).toContain('stays');
        },
      ),
    );
  });

  it('lets a newcomer neither wait long nor take everything', () => {
    const picker = createPicker(strategy);
    // One that comes, is asked and goes again leaves the others with no credit over those who come later.
    const heavy = { id: 'heavy', weight: 50, inFlight: 0 };
    for (let call = 0; call < 1000; call++) {
      picker.pick(call % 2 === 0 ? candidatesOf([1, 1]) : [heavy, ...candidatesOf([1, 1])]);
    }
    const late = [...candidatesOf([1, 1]), { id: 'late', weight: 1, inFlight: 0 }];
    const counts = count(picker, late, 30);
    for (const { id } of late) expect(Math.abs((counts.get(id) ?? 0) - 10)).toBeLessThanOrEqual(1);
  });
});

describe('weighted', () => {
  it('spreads the calls of the heavy one, as nginx does', () => {
    const picker = createPicker('weighted');
    const candidates = ['a', 'b', 'c'].map((id) => ({ id, weight: id === 'a' ? 5 : 1, inFlight: 0 }));
    expect(Array.from({ length: 14 }, () => picker.pick(candidates)).join('')).toBe('aabacaa'.repeat(2));
  });
});

describe('leastConnections', () => {
  it('picks the least load for the weight', () => {
    fc.assert(
      fc.property(
        anyCandidates.filter(({ length }) => length > 0),
        (candidates) => {
          const id = createPicker('leastConnections').pick(candidates);
          const loadOf = ({ inFlight, weight }: Candidate) => inFlight / weight;
          const picked = candidates.find((candidate) => candidate.id === id) as Candidate;
          expect(loadOf(picked)).toBe(Math.min(...candidates.map(loadOf)));
        },
      ),
    );
  });
});

describe('roundRobin', () => {
  it('does not ask the same one twice while another waits', () => {
    fc.assert(
      fc.property(fc.array(fc.subarray(memberNames, { minLength: 1 }), { maxLength: 60 }), (moments) => {
        const picker = createPicker('roundRobin');
        const turns: (string | undefined)[] = [];
        for (const ids of moments) {
          const id = picker.pick(ids.map((id) => ({ id, weight: 1, inFlight: 0 })));
          const lastTurn = (of: string | undefined) => turns.lastIndexOf(of);
          for (const other of ids) expect(lastTurn(id)).toBeLessThanOrEqual(lastTurn(other));
          turns.push(id);
        }
      }),
    );
  });
});
