import type * as vscode from 'vscode';
import { ARGUMENT_LIMITS, isWithin } from '../../forms/limits';
import type { JsonObject } from '../../shared/json';
import type { HistoryView, RunView } from '../../shared/toolPanel';
import { oneLine } from '../plainText';
import type { SeenSecrets } from './secretArguments';

const MAX_ENTRIES = 20;
const MAX_ARGUMENT_CHARACTERS = 8 * 1024;
const MAX_PREVIEW = 200;
const STATUSES: readonly unknown[] = ['done', 'toolError', 'failed', 'cancelled'];

/** One earlier run as it is kept in the workspace. Results are not kept. */
interface HistoryEntry {
  readonly id: string;
  readonly at: number;
  readonly durationMs: number;
  readonly status: HistoryView['status'];
  /** Absent where they hold secrets or are long. */
  readonly args?: JsonObject;
}

/** The last runs of one tool, newest first, over restarts of the window. */
export class RunHistory {
  readonly #memory: vscode.Memento;
  readonly #key: string;

  constructor(memory: vscode.Memento, key: string) {
    this.#memory = memory;
    this.#key = key;
  }

  add(run: RunView, args: JsonObject, secrets: SeenSecrets): void {
    const { id, at, durationMs } = run;
    const keeps = JSON.stringify(args).length <= MAX_ARGUMENT_CHARACTERS && !secrets.isIn(args);
    const entry: HistoryEntry = { id, at, durationMs, status: statusOf(run), ...(keeps && { args }) };
    const others = this.#entries().filter((other) => other.id !== id);
    void this.#memory.update(this.#key, [entry, ...others].slice(0, MAX_ENTRIES));
  }

  clear(): void {
    void this.#memory.update(this.#key, undefined);
  }

  arguments(id: string): JsonObject | undefined {
    return this.#entries().find((entry) => entry.id === id)?.args;
  }

  /** Of the last run; undefined where they were not kept. */
  lastArguments(): JsonObject | undefined {
    return this.#entries()[0]?.args;
  }

  views(): HistoryView[] {
    return this.#entries().map(({ args, ...entry }) => ({
      ...entry,
      ...(args && { args: oneLine(JSON.stringify(args), MAX_PREVIEW) }),
    }));
  }

  /** What was stored, as far as it is ours. */
  #entries(): HistoryEntry[] {
    const stored = this.#memory.get<unknown>(this.#key);
    return Array.isArray(stored) ? stored.slice(0, MAX_ENTRIES).filter(isEntry) : [];
  }
}

function statusOf({ outcome }: RunView): HistoryView['status'] {
  if (outcome.status === 'done') return outcome.result.isError ? 'toolError' : 'done';
  return outcome.kind === 'cancelled' ? 'cancelled' : 'failed';
}

function isEntry(value: unknown): value is HistoryEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { id, at, durationMs, status, args } = value as Partial<Record<keyof HistoryEntry, unknown>>;
  const argsFit = args === undefined || (typeof args === 'object' && args !== null && !Array.isArray(args));
  return (
    typeof id === 'string' &&
    typeof at === 'number' &&
    typeof durationMs === 'number' &&
    STATUSES.includes(status) &&
    argsFit &&
    isWithin(args, ARGUMENT_LIMITS.depth, 100_000)
  );
}
