import { PatchbayError } from '../base/errors';
import type { ServerDefinition } from './config/definition';
import { launchFingerprint } from './config/fingerprint';
import { admit } from './connection/admission';
import type { OpenContext } from './connection/connection';
import type { EraVerdicts } from './connection/era';
import { buildLaunch, type LaunchOptions } from './connection/launch';
import { openSession } from './connection/openSession';
import type { Session } from './connection/session';
import type { Credentials } from './credentials';
import type { ConnectionBudget, Place, PlaceHolder } from './pool/connectionBudget';
import type { Logger, Ports } from './ports';
import { requireEntry } from './requireEntry';
import type { Redactor } from './traffic/redactor';
import type { TrafficLog } from './traffic/trafficLog';
import type { TransportRegistry } from './transports/registry';
import { tapTransport } from './transports/tap';
import type { McpTransport } from './transports/transport';

export interface OpenerDeps {
  readonly ports: Ports;
  readonly registry: TransportRegistry;
  readonly verdicts: EraVerdicts;
  readonly credentials: Credentials;
  readonly clientInfo: { readonly name: string; readonly version: string };
  /** Values given for `${input:…}`, by the file that asks and the id: two files do not share what a person typed. */
  readonly inputs: Map<string, string>;
  readonly budget: ConnectionBudget;
  /** `pool.keepAlive` of the configuration. */
  readonly keepAlive: () => boolean;
}

export interface OpenerOptions {
  readonly deps: OpenerDeps;
  /** Read for each session, because a file may change it. */
  readonly definition: () => ServerDefinition;
  readonly traffic: TrafficLog;
  readonly redactor: Redactor;
  readonly log: Logger;
  /** Whether a person waits for the connection at this moment. */
  readonly isAwaited: () => boolean;
}

/** Opens the sessions of one server: admission, launch, a place among all connections, negotiation. */
export class SessionOpener {
  readonly #options: OpenerOptions;
  /** Links that are closing, those of sessions that broke included. */
  readonly #leaving = new Map<McpTransport, Promise<void>>();

  constructor(options: OpenerOptions) {
    this.#options = options;
  }

  /** Rejects with nothing left behind. `holder` stands for the session among all connections, until it has closed. */
  async open({ signal, force, interactive, onStep }: OpenContext, holder: PlaceHolder): Promise<Session> {
    const { deps, traffic, redactor, log } = this.#options;
    const { ports, registry, verdicts, clientInfo, keepAlive } = deps;
    const { clock, interaction, network } = ports;
    const definition = this.#options.definition();
    const entry = requireEntry(definition);
    this.#requireTransport(definition);
    await admit([definition], ports, interactive, signal);
    const launch = await buildLaunch(definition, this.launchOptions(interactive, signal));
    const place = await this.#takePlace(definition, holder, signal, onStep);
    const tap = { traffic, log, redact: redactor, messages: entry.debug.logMessages };
    const context = { log, clock, keepAlive: keepAlive(), ...(network ? { network } : {}) };
    try {
      const session = await openSession({
        launch,
        createTransport: (way) => this.#watchEnd(tapTransport(registry.create(way, context), tap)),
        protocol: entry.protocol,
        verdicts,
        fingerprint: launchFingerprint(definition),
        connectMs: entry.timeouts.connectMs,
        clientInfo,
        serverName: definition.name,
        interaction,
        logLevel: entry.debug.level,
        signal,
        force,
        clock,
        log,
        onStep,
      });
      if (session.isClosed) place.release();
      else session.onDidClose(() => place.release());
      return session;
    } catch (error) {
      place.release();
      throw error;
    }
  }

  /** Resolves when nothing is left of the links that are closing; with `force`, their good manners are not waited for. */
  async settle(force: boolean): Promise<void> {
    if (force) for (const transport of [...this.#leaving.keys()]) transport.close().catch(() => {});
    while (this.#leaving.size > 0) await Promise.all(this.#leaving.values());
  }

  launchOptions(interactive: boolean, signal: AbortSignal): LaunchOptions {
    const { deps, log, redactor, isAwaited } = this.#options;
    const { ports, inputs, credentials } = deps;
    return {
      ports,
      inputs,
      interactive,
      signal,
      onSecret: (value) => redactor.add([value]),
      authenticate: ({ auth }, way, program) =>
        credentials.authenticator(way, {
          auth,
          written: this.#options.definition().entry,
          source: this.#options.definition().source,
          serverName: this.#options.definition().name,
          // A link that is there opens no browser by itself: it ends, and says what is needed.
          interactive: (reason) => interactive && (reason === 'stepUp' || isAwaited()),
          program,
          log,
          onSecret: (value) => redactor.addPassing(value),
        }),
    };
  }

  #watchEnd(transport: McpTransport): McpTransport {
    const close = transport.close.bind(transport);
    transport.close = () => {
      const closing = close();
      const left = closing
        .catch(() => {})
        .finally(() => {
          if (this.#leaving.get(transport) === left) this.#leaving.delete(transport);
        });
      this.#leaving.set(transport, left);
      return closing;
    };
    return transport;
  }

  async #takePlace(
    definition: ServerDefinition,
    holder: PlaceHolder,
    signal: AbortSignal,
    onStep: OpenContext['onStep'],
  ): Promise<Place> {
    const { budget } = this.#options.deps;
    const key = launchFingerprint(definition);
    if (!budget.hasRoom(key)) onStep('waiting for a free connection');
    return budget.take(key, holder, signal);
  }

  #requireTransport({ transport }: ServerDefinition): void {
    const { registry } = this.#options.deps;
    if (registry.has(transport ?? '')) return;
    throw new PatchbayError('config', `The transport "${transport}" is not supported.`, {
      hint: `There are ${registry.types().join(', ')}, and those that other extensions bring.`,
    });
  }
}
