import type { Memory } from '../ports';

/** How a server wants to be opened. `modern` is protocol revision 2026-07-28, `legacy` everything with `initialize`. */
export type Era = 'modern' | 'legacy';

/** A verdict is trusted this long (ms); servers are updated, and a verdict that went stale costs one failed attempt. */
const VERDICT_LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;

interface Verdict {
  readonly era: Era;
  readonly at: number;
}

/**
 * Remembers which era a server speaks, by launch fingerprint, so that the next start costs no probe.
 * MCP specification 2026-07-28, basic/lifecycle: a client may persist the verdict and must probe again when it fails.
 */
export class EraVerdicts {
  readonly #memory: Memory;
  readonly #now: () => number;

  constructor(memory: Memory, now: () => number) {
    this.#memory = memory;
    this.#now = now;
  }

  get(fingerprint: string): Era | undefined {
    const verdict = this.#memory.get<Verdict>(key(fingerprint));
    if (verdict?.era !== 'modern' && verdict?.era !== 'legacy') return undefined;
    return this.#now() - verdict.at < VERDICT_LIFETIME_MS ? verdict.era : undefined;
  }

  async set(fingerprint: string, era: Era): Promise<void> {
    await this.#memory.set(key(fingerprint), { era, at: this.#now() } satisfies Verdict);
  }

  async forget(fingerprint: string): Promise<void> {
    await this.#memory.set(key(fingerprint), undefined);
  }
}

function key(fingerprint: string): string {
  return `era:${fingerprint}`;
}
