export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly start: string;
}

/** The process and everything below it, at this moment. Empty on Windows. */
export function processTree(pid: number): ProcessEntry[];
/** Those of `tree` that still run. */
export function stillRunning(tree: readonly ProcessEntry[]): ProcessEntry[];
export function signalAll(tree: readonly ProcessEntry[], signal: NodeJS.Signals): void;
/** Asks the process to end, and kills it and all below it after the grace. */
export function endTree(pid: number, graceMs: number): Promise<void>;
