import type { Clock } from '../../base/clock';
import { CallCounter, type CallFacts, type Collected } from './callCounter';
import { type ConnectionEvent, ConnectionTally } from './connectionTally';
import { type GroupCallFacts, GroupTally } from './groupTally';
import { type PoolEvent, PoolTally } from './poolTally';
import type { MetricsSnapshot, ServerNumbers } from './snapshot';

/** The section `metrics` of the configuration. */
export interface MetricsSettings {
  readonly enabled: boolean;
  readonly collect: Collected;
}

export interface RecordedCall extends CallFacts {
  /** Id of the server. */
  readonly server: string;
  /** As the server named it. */
  readonly tool: string;
}

interface ServerCounters {
  readonly calls: CallCounter;
  readonly connections: ConnectionTally;
  readonly tools: Map<string, CallCounter>;
  /** Calls of tools that are not told apart. */
  otherTools: CallCounter | undefined;
}

const MAX_TOOLS = 500;
const MAX_NAME_CHARACTERS = 256;

/**
 * Counts calls, connections and the pool, in bounded memory. Settings are read at each record; how many connections
 * there are is known in any case, so that the number is right when collecting is switched on later.
 */
export class MetricsRecorder {
  readonly #settings: () => MetricsSettings;
  readonly #clock: Clock;
  readonly #servers = new Map<string, ServerCounters>();
  readonly #groups = new Map<string, GroupTally>();
  readonly #all = new CallCounter();
  readonly #connections = new ConnectionTally();
  readonly #pool = new PoolTally();
  readonly #since: number;

  constructor(settings: () => MetricsSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#since = clock.now();
  }

  recordCall(call: RecordedCall): void {
    const { enabled, collect } = this.#settings();
    if (!enabled) return;
    const server = this.#serverOf(call.server);
    const at = this.#clock.now();
    this.#all.record(call, collect, at);
    server.calls.record(call, collect, at);
    toolOf(server, call.tool).record(call, collect, at);
  }

  /** Besides `recordCall` of each server that was called. */
  recordGroupCall(call: GroupCallFacts): void {
    const { enabled, collect } = this.#settings();
    if (!enabled) return;
    const tally = this.#groups.get(call.group) ?? new GroupTally();
    this.#groups.set(call.group, tally);
    tally.record(call, collect, this.#clock.now());
  }

  recordConnection({ server, event }: { readonly server: string; readonly event: ConnectionEvent }): void {
    const { enabled, collect } = this.#settings();
    const isCounted = enabled && collect.connections;
    // What closes of a server that was forgotten is not known any more.
    if (event === 'closed' && !this.#servers.has(server)) return;
    this.#serverOf(server).connections.record(event, isCounted);
    this.#connections.record(event, isCounted);
  }

  recordPool(event: PoolEvent): void {
    const { enabled, collect } = this.#settings();
    if (enabled && collect.connections) this.#pool.record(event, collect.durations);
  }

  snapshot(): MetricsSnapshot {
    return {
      since: new Date(this.#since).toISOString(),
      at: new Date(this.#clock.now()).toISOString(),
      ...this.#all.numbers(),
      ...this.#connections.numbers(),
      ...this.#pool.numbers(),
      servers: [...this.#servers].map(([server, counters]) => numbersOf(server, counters)),
      groups: [...this.#groups].map(([group, tally]) => tally.numbers(group)),
    };
  }

  /** Drops a server that is gone. What it did still counts in all. */
  forget(server: string): void {
    const active = this.#servers.get(server)?.connections.active ?? 0;
    for (let index = 0; index < active; index++) this.#connections.record('closed', false);
    this.#servers.delete(server);
  }

  /** Drops a group that is gone or has other members. */
  forgetGroup(group: string): void {
    this.#groups.delete(group);
  }

  #serverOf(id: string): ServerCounters {
    const known = this.#servers.get(id);
    if (known) return known;
    const counters = freshCounters();
    this.#servers.set(id, counters);
    return counters;
  }
}

function freshCounters(): ServerCounters {
  return {
    calls: new CallCounter(),
    connections: new ConnectionTally(),
    tools: new Map(),
    otherTools: undefined,
  };
}

function toolOf(server: ServerCounters, name: string): CallCounter {
  const known = server.tools.get(name);
  if (known) return known;
  if (server.tools.size >= MAX_TOOLS || name.length > MAX_NAME_CHARACTERS) {
    server.otherTools ??= new CallCounter();
    return server.otherTools;
  }
  const counter = new CallCounter();
  server.tools.set(name, counter);
  return counter;
}

function numbersOf(server: string, { calls, connections, tools, otherTools }: ServerCounters): ServerNumbers {
  return {
    server,
    ...calls.numbers(),
    ...connections.numbers(),
    tools: [...tools].map(([tool, counter]) => ({ tool, ...counter.numbers() })),
    otherTools: otherTools?.numbers() ?? null,
  };
}
