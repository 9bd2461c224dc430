/** How long to wait before each further attempt, and when to stop. Times in milliseconds. */
export interface BackoffPolicy {
  readonly strategy: 'exponential' | 'fixed' | 'none';
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  readonly factor: number;
  /** Part of the delay that is random, 0 to 1: 0.2 spreads a delay of 1000 over 800 to 1200. */
  readonly jitter: number;
  /** 0 or -1: no limit. */
  readonly maxAttempts: number;
}

/**
 * Delay in ms before attempt number `attempt` (1 is the first retry), or undefined when no attempt is left.
 * `random` gives numbers in [0, 1).
 */
export function backoffDelay(policy: BackoffPolicy, attempt: number, random: () => number): number | undefined {
  if (policy.strategy === 'none') return undefined;
  if (policy.maxAttempts > 0 && attempt > policy.maxAttempts) return undefined;
  const grown =
    policy.strategy === 'fixed'
      ? policy.initialDelayMs
      : policy.initialDelayMs * policy.factor ** Math.min(attempt - 1, 1000);
  const capped = Math.min(policy.maxDelayMs, grown);
  const spread = capped * policy.jitter * (random() * 2 - 1);
  return Math.max(0, Math.min(policy.maxDelayMs, Math.round(capped + spread)));
}
