import fc from 'fast-check';

const WANTED_RUNS = Number(process.env.PATCHBAY_FUZZ_RUNS ?? 0);

/** Whether PATCHBAY_FUZZ_RUNS asks for a long search, for example 100000: each property gets so many new cases. */
export const IS_LONG_SEARCH = WANTED_RUNS > 0;

/** How many cases a property gets that needs another number than fast-check's own. */
export const runsOr = (usual: number): number => (IS_LONG_SEARCH ? WANTED_RUNS : usual);

// The same cases every time, so that a change is red for what it changes alone.
fc.configureGlobal(IS_LONG_SEARCH ? { numRuns: WANTED_RUNS } : { seed: 20260728 });

export { fc };
