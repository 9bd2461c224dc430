import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';
import { expect, vi } from 'vitest';
import { type Clock, createSystemClock } from '../../src/base/clock';
import { toDisposable } from '../../src/base/disposable';
import { nextEvent } from '../../src/base/event';
import { type ConnectionAction, type ConnectionState, reduceConnection } from '../../src/core/connection/state';
import { createHub, type Hub, type PatchbayError, type ServerSnapshot } from '../../src/core/index';
import type { CallToolResult } from '../../src/shared/mcp';
import { isAlive, testServer } from './servers';

/** How much later than its timeout a call may end on a machine that keeps up. */
const GRACE_MS = 500;
const OPEN_HANDLES = /^(TCPSocketWrap|TLSWrap|PipeWrap|PipeConnectWrap|TCPConnectWrap|ProcessWrap)$/;

export interface Outcome {
  readonly text?: string | undefined;
  readonly error?: PatchbayError;
  readonly tookMs: number;
}

/**
 * A hub whose every state is written down and held against what may be, and which must leave nothing behind: no process,
 * no timer, no more open handles than before.
 */
export class FaultHarness {
  readonly hub: Hub;
  readonly states: { readonly id: string; readonly state: ConnectionState }[] = [];
  readonly #faults: string[] = [];
  readonly #pids = new Set<number>();
  readonly #gone = new Set<number>();
  readonly #last = new Map<string, ServerSnapshot>();
  /** Timers that wait, with where they were set. */
  readonly #timers = new Set<Error>();
  readonly #lag = monitorEventLoopDelay({ resolution: 10 });
  readonly #folder = mkdtempSync(join(tmpdir(), 'patchbay-faults-'));
  readonly #handlesBefore = openHandles();

  constructor(servers: Record<string, object>, settings: object = {}) {
    this.#lag.enable();
    this.hub = createHub({
      config: { servers: this.#fill(servers), ...settings },
      ports: { clock: this.#countingClock() },
    });
    for (const snapshot of this.hub.servers()) this.#last.set(snapshot.id, snapshot);
    this.hub.onDidChangeServers((snapshot) => this.#look(snapshot));
  }

  /** How often the stdio servers of this harness ran the call with this id. */
  runsOf(id: string): number {
    try {
      const lines = readFileSync(join(this.#folder, 'runs'), 'utf8').split('\n');
      return lines.filter((line) => line === id).length;
    } catch {
      return 0;
    }
  }

  stateOf(id: string): ConnectionState['kind'] | undefined {
    return this.hub.server(id)?.state.kind;
  }

  pidOf(id: string): number {
    return this.hub.server(id)?.processId as number;
  }

  /** Kinds of state of one server in the order in which they were, each once in a row. */
  kindsOf(id: string): string[] {
    const kinds = this.states.filter((entry) => entry.id === id).map(({ state }) => state.kind);
    return kinds.filter((kind, index) => kind !== kinds[index - 1]);
  }

  reaches(id: string, kind: ConnectionState['kind']): Promise<ServerSnapshot> {
    return nextEvent(this.hub.onDidChangeServers, (snapshot) => snapshot.id === id && snapshot.state.kind === kind);
  }

  /** Makes a call that must have ended soon after its timeout at the latest. */
  async call(server: string, tool: string, id: string, options: { timeoutMs: number; ms?: number }): Promise<Outcome> {
    const { timeoutMs, ms } = options;
    const started = performance.now();
    const args = ms === undefined ? { id } : { id, ms };
    const outcome = await this.hub.callTool(server, tool, args, { timeoutMs }).then(
      (result) => ({ text: textOf(result) }),
      (error: PatchbayError) => ({ error }),
    );
    const tookMs = performance.now() - started;
    const most = timeoutMs + GRACE_MS + 2 * (this.#lag.max / 1e6);
    if (tookMs > most) this.#faults.push(`${server}.${tool} took ${Math.round(tookMs)} of ${timeoutMs} ms`);
    return { ...outcome, tookMs };
  }

  /** Ends the hub and asserts that all was as it must be. */
  async close(): Promise<void> {
    await this.hub.close();
    this.#lag.disable();
    rmSync(this.#folder, { recursive: true, force: true });
    expect(this.#faults).toEqual([]);
    expect([...this.#pids].filter(isAlive)).toEqual([]);
    expect([...this.#timers].map(({ stack }) => stack)).toEqual([]);
    // The other end of a socket sees its end a little later.
    await vi.waitFor(() => expect(more(openHandles(), this.#handlesBefore)).toEqual([]), { timeout: 3000 });
  }

  #look(snapshot: ServerSnapshot): void {
    const { id, state, processId, transport } = snapshot;
    const before = this.#last.get(id);
    this.#last.set(id, snapshot);
    // The state of a group is made up of those of its members.
    if (before && transport !== 'group' && !isLegal(before.state, state)) {
      this.#faults.push(`${id}: ${JSON.stringify(before.state)} cannot become ${JSON.stringify(state)}`);
    }
    if (!before || !isDeepStrictEqual(before.state, state)) this.states.push({ id, state });
    if (before?.processId !== undefined && before.processId !== processId) this.#gone.add(before.processId);
    if (processId !== undefined) this.#pids.add(processId);
    if (processId !== undefined && this.#gone.has(processId))
      this.#faults.push(`${id}: process ${processId} came back`);
    if (transport !== 'stdio') return;
    const isTrue =
      processId === undefined ? state.kind !== 'connected' : ['connected', 'disconnecting'].includes(state.kind);
    if (!isTrue) this.#faults.push(`${id}: ${state.kind} with process ${processId}`);
  }

  #fill(servers: Record<string, object>): Record<string, object> {
    const retry = { initialDelayMs: 250, maxDelayMs: 250, jitter: 0 };
    const filled = Object.entries(servers).map(([id, entry]) => {
      const isStdio = !('url' in entry);
      const args = [testServer('countingServer.mjs'), '--log', join(this.#folder, 'runs')];
      const own = 'args' in entry ? (entry.args as string[]) : [];
      const start = isStdio ? { command: process.execPath, shutdownGraceMs: 200, args: [...args, ...own] } : {};
      return [id, { retry, protocol: 'legacy', ...entry, ...start }] as const;
    });
    return Object.fromEntries(filled);
  }

  #countingClock(): Clock {
    const system = createSystemClock();
    return {
      now: system.now,
      setTimeout: (callback, delayMs) => {
        const key = new Error(`A timer of ${delayMs} ms`);
        const timer = system.setTimeout(() => {
          this.#timers.delete(key);
          callback();
        }, delayMs);
        this.#timers.add(key);
        return toDisposable(() => {
          this.#timers.delete(key);
          timer.dispose();
        });
      },
    };
  }
}

/** Whether one action of the reducer leads from one state to the other, with just this data. */
function isLegal(from: ConnectionState, to: ConnectionState): boolean {
  const at = 'since' in to ? to.since : 0;
  const actions: ConnectionAction[] = [
    { type: 'connect', at },
    { type: 'connected', at },
    { type: 'retryStarted' },
    { type: 'disconnect' },
    { type: 'disconnected' },
  ];
  if (to.kind === 'connecting') actions.push({ type: 'step', step: to.step });
  if (to.kind === 'needsInput') actions.push({ type: 'needsInput', needed: to.needed });
  if ('error' in to) actions.push({ type: 'failed', error: to.error });
  if (to.kind === 'reconnecting' && to.nextAt !== undefined) {
    const { kind: _, nextAt, ...rest } = to;
    actions.push({ type: 'retryScheduled', nextAt, ...rest });
  }
  return isDeepStrictEqual(from, to) || actions.some((action) => isDeepStrictEqual(reduceConnection(from, action), to));
}

function textOf({ content }: CallToolResult): string {
  return content.map(({ text }) => text).join('');
}

function openHandles(): string[] {
  return process.getActiveResourcesInfo().filter((name) => OPEN_HANDLES.test(name));
}

/** What is in `now` and was not in `before`, one for one. */
function more(now: readonly string[], before: readonly string[]): string[] {
  const rest = [...before];
  return now.filter((name) => {
    const index = rest.indexOf(name);
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
}
