import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/disposable';
import { type ErrorKind, isPatchbayError, PatchbayError } from '../base/errors';
import { Emitter, type Event } from '../base/event';
import type { JsonObject } from '../shared/json';
import type { CallToolResult } from '../shared/mcp';
import { Group } from './balancing/group';
import { mayGoElsewhere } from './calls/replay';
import { closedGroupView } from './closedGroup';
import type { GroupDefinition } from './config/definition';
import { admitGroup, type GroupAdmissionPorts, neededForGroup, refusal } from './connection/groupAdmission';
import type { CallToolOptions, ConnectOptions } from './hubTypes';
import type { MetricsRecorder } from './metrics/recorder';
import type { Server } from './server';
import type { ServerView } from './serverView';

export interface HubGroupsOptions {
  /** Undefined where there is no such server at this moment. */
  readonly server: (id: string) => Server | undefined;
  /** With the id of the server. */
  readonly onDidChangeServer: Event<string>;
  readonly clock: Clock;
  readonly ports: GroupAdmissionPorts;
  readonly metrics: MetricsRecorder;
}

/** Strictest first. */
const CONFIRM_BY_STRICTNESS: readonly Server['confirm'][] = ['always', 'destructive', 'never'];

const POLICIES_BY_STRICTNESS = ['never', 'safeOnly', 'always'] as const;

interface Held extends Disposable {
  readonly definition: GroupDefinition;
  /** Undefined while it needs something of a person: then nobody is called, connected or checked for it. */
  readonly group: Group | undefined;
}

/** The groups of a hub: each looks and is called like a server. */
export class HubGroups implements Disposable {
  readonly #options: HubGroupsOptions;
  readonly #groups = new Map<string, Held>();
  readonly #changeEmitter = new Emitter<void>();

  /** Anything of a view. */
  readonly onDidChange: Event<void> = this.#changeEmitter.event;

  constructor(options: HubGroupsOptions) {
    this.#options = options;
  }

  get ids(): readonly string[] {
    return [...this.#groups.keys()];
  }

  has(id: string): boolean {
    return this.#groups.has(id);
  }

  /** A group that changed, or may be used now, starts anew: calls that are under way in the old one end there. */
  update(definitions: ReadonlyMap<string, GroupDefinition>): void {
    for (const [id, held] of this.#groups) {
      const isAdmitted = neededForGroup(held.definition, this.#options.ports) === undefined;
      const isSame = isDeepStrictEqual(definitions.get(id), held.definition);
      if (isSame && isAdmitted === (held.group !== undefined)) continue;
      this.#groups.delete(id);
      this.#options.metrics.forgetGroup(id);
      held.dispose();
    }
    for (const [id, definition] of definitions) if (!this.#groups.has(id)) this.#groups.set(id, this.#hold(definition));
  }

  views(): ServerView[] {
    const { ports, server } = this.#options;
    return [...this.#groups.values()].map(({ definition, group }) => {
      if (!group) return closedGroupView(definition, neededForGroup(definition, ports), server);
      const { id, strategy, members, warnings, ...rest } = group.view;
      const { source, overrides } = definition;
      return {
        id,
        name: id,
        source,
        ...(overrides ? { overrides } : {}),
        transport: 'group',
        address: members.map((member) => member.id).join(', '),
        autoConnect: 'manual',
        // In-flight numbers change with each call; they are in the metrics.
        confirm: this.#strictest(id),
        group: { strategy, members: members.map(({ inFlight: _, ...member }) => member), warnings },
        notSupported: [],
        ...rest,
        catalogError: undefined,
      };
    });
  }

  #strictest(id: string): Server['confirm'] {
    const policies = this.#members(id).map(({ confirm }) => confirm);
    return CONFIRM_BY_STRICTNESS.find((policy) => policies.includes(policy)) ?? 'destructive';
  }

  /** Connects all members, after the approval that the group may need. Rejects where none of them could be. */
  async connect(id: string, { interactive = false, signal }: ConnectOptions): Promise<void> {
    await this.#admit(id, interactive, signal);
    const attempts = this.#members(id).map((member) => member.connect(interactive, signal));
    try {
      await Promise.any(attempts);
    } catch (error) {
      throw error instanceof AggregateError ? error.errors[0] : error;
    }
    await Promise.allSettled(attempts);
  }

  /** Does the same with each member of a group that may be used; nothing with those of another one. */
  async forEach(id: string, work: (member: Server) => Promise<void> | void): Promise<void> {
    if (this.#require(id).group) await Promise.all(this.#members(id).map(work));
  }

  async refreshTools(id: string): Promise<void> {
    this.#requireOpen(id);
    await this.forEach(id, (member) => member.refreshTools());
  }

  /** Calls of the group, or of all groups, from before a disconnect go on to no further member. */
  failWaiting(id?: string): void {
    for (const [key, { group }] of this.#groups) if (id === undefined || key === id) group?.failWaiting();
  }

  async callTool(id: string, tool: string, args: JsonObject, options: CallToolOptions): Promise<CallToolResult> {
    const group = this.#requireOpen(id);
    return this.#counted(group, undefined, async () => {
      const { member, result } = await group.callTool(tool, args, options);
      options.onMember?.(member);
      return result;
    });
  }

  dispose(): void {
    for (const held of this.#groups.values()) held.dispose();
    this.#groups.clear();
    this.#changeEmitter.dispose();
  }

  async #admit(id: string, interactive: boolean, signal = new AbortController().signal): Promise<void> {
    const { definition, group } = this.#require(id);
    if (!group) await admitGroup(definition, this.#options.ports, interactive, signal);
    // Another configuration may have come while the person read: then that one decides.
    this.#requireOpen(id);
  }

  #hold(definition: GroupDefinition): Held {
    return neededForGroup(definition, this.#options.ports) ? this.#close(definition) : this.#open(definition);
  }

  #close(definition: GroupDefinition): Held {
    const ids = new Set(definition.members.map(({ server }) => server));
    const watch = this.#options.onDidChangeServer((id) => ids.has(id) && this.#changeEmitter.fire());
    return { definition, group: undefined, dispose: () => watch.dispose() };
  }

  #open(definition: GroupDefinition): Held & { readonly group: Group } {
    const { server, onDidChangeServer, clock } = this.#options;
    const store = new DisposableStore();
    const group: Group = store.add(
      new Group(definition, {
        clock,
        member: (id) => server(id)?.memberView,
        onDidChangeMember: onDidChangeServer,
        connect: (id) => this.#member(id).connect(false),
        call: (id, tool, args, options, onSent) =>
          this.#counted(group, id, () =>
            this.#member(id).callTool(tool, args, { ...options, onSent, group: definition.id }),
          ),
        mayGoElsewhere: (failure, annotations) =>
          mayGoElsewhere({ failure, policy: this.#strictestPolicy(definition), annotations }),
        check: (id, signal) => this.#member(id).reads.ping(signal),
      }),
    );
    store.add(group.onDidChange(() => this.#changeEmitter.fire()));
    return { definition, group, dispose: () => store.dispose() };
  }

  /** Of a member that is broken or gone nothing is known. */
  #strictestPolicy({ members }: GroupDefinition): (typeof POLICIES_BY_STRICTNESS)[number] {
    const { server } = this.#options;
    const policies = members.map((member) => server(member.server)?.definition.entry?.retry.calls ?? 'never');
    return POLICIES_BY_STRICTNESS.find((policy) => policies.includes(policy)) ?? 'never';
  }

  /** Counts a call of the group, or what it gave to one member. What ends in a group that is gone counts nowhere. */
  async #counted(
    group: Group,
    member: string | undefined,
    call: () => Promise<CallToolResult>,
  ): Promise<CallToolResult> {
    const started = performance.now();
    const { id } = group.definition;
    const record = (outcome: { isError: boolean; errorKind?: ErrorKind }) => {
      if (this.#groups.get(id)?.group !== group) return;
      const durationMs = performance.now() - started;
      this.#options.metrics.recordGroupCall({ group: id, durationMs, ...outcome, ...(member ? { member } : {}) });
    };
    try {
      const result = await call();
      record({ isError: result.isError === true });
      return result;
    } catch (error) {
      record({ isError: false, errorKind: isPatchbayError(error) ? error.kind : 'transport' });
      throw error;
    }
  }

  #members(id: string): Server[] {
    const { members } = this.#require(id).definition;
    return members.flatMap((member) => this.#options.server(member.server) ?? []);
  }

  #member(id: string): Server {
    const server = this.#options.server(id);
    if (server) return server;
    throw new PatchbayError('config', `There is no server "${id}" any more.`);
  }

  /** Throws where the group needs something of a person first. */
  #requireOpen(id: string): Group {
    const held = this.#require(id);
    if (held.group) return held.group;
    const needed = neededForGroup(held.definition, this.#options.ports);
    if (needed) throw refusal(needed);
    held.dispose();
    const opened = this.#open(held.definition);
    this.#groups.set(id, opened);
    this.#changeEmitter.fire();
    return opened.group;
  }

  #require(id: string): Held {
    const held = this.#groups.get(id);
    if (held) return held;
    throw new PatchbayError('config', `There is no group "${id}".`);
  }
}
