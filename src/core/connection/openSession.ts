import { Client, type Implementation as SdkImplementation } from '@modelcontextprotocol/client';
import { raceAbort } from '../../base/abort';
import { type Clock, MAX_DELAY_MS } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { formatDuration } from '../../base/duration';
import { PatchbayError, toError } from '../../base/errors';
import type { Interaction, Logger } from '../ports';
import { suggestsLegacySse } from '../transports/httpErrors';
import type { AnyLaunch, McpTransport, SseLaunch } from '../transports/transport';
import type { Era, EraVerdicts } from './era';
import { describeFailure, isEraFailure, isRefusal } from './failures';
import { RequestDeadline, signInWait } from './requestDeadline';
import { SdkSession } from './sdkSession';
import type { LogLevel } from './serverLog';
import { ServerRequests } from './serverRequests';
import type { Session } from './session';
import { watchCredentials } from './watchedCredentials';

/** The revision that has no `initialize`. */
const MODERN_VERSION = '2026-07-28';
const LATE_PROGRESS = 'Received a progress notification for an unknown token';
/** How long a server may take to answer `server/discover` before `initialize` is sent on the same link. */
const PROBE_MS = 2000;

export interface OpenSessionOptions {
  readonly launch: AnyLaunch;
  /** A fresh transport for each attempt: one is good for one life. */
  readonly createTransport: (launch: AnyLaunch) => McpTransport;
  readonly protocol: 'auto' | Era;
  readonly verdicts: EraVerdicts;
  /** Identity of the launch, the key of the verdict. */
  readonly fingerprint: string;
  /** For all attempts together. 0: no limit. */
  readonly connectMs: number;
  readonly clientInfo: SdkImplementation;
  /** The server as people know it, for questions. */
  readonly serverName: string;
  /** What the server may ask of the host; nothing else is declared to it. */
  readonly interaction?: Interaction | undefined;
  /** From which level on the server should send its own log. Default `info`. */
  readonly logLevel?: LogLevel;
  readonly signal: AbortSignal;
  /** Aborts when the end of a failed attempt is not to wait for the server's good manners. */
  readonly force?: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told what is being done, in a word or two. */
  readonly onStep: (step: string) => void;
}

/** `patient`: as `auto`, but `server/discover` has all the time there is. */
type Plan = 'auto' | 'patient' | Era;

/**
 * Opens a link and negotiates the protocol version. At most two attempts, and over HTTP a third as HTTP+SSE:
 * - by the remembered verdict, else `auto`: `server/discover`, and `initialize` where that finds no 2026-07-28 server;
 * - where the first attempt failed in a way that another era explains, that era on a fresh transport: so a server is
 *   reached that exits on the probe. One that was too slow for it and then refused `initialize` may be of either era: it
 *   is probed once more, with patience.
 * MCP specification 2026-07-28, basic/lifecycle, "Era detection". Rejects with a `PatchbayError`; nothing is left then.
 */
export async function openSession(options: OpenSessionOptions): Promise<Session> {
  const connectMs = options.connectMs || MAX_DELAY_MS;
  const { launch, areAwaited } = watchCredentials(options.launch);
  const watched = { ...options, launch, connectMs, expired: () => connectTimeout(options, areAwaited()) };
  const limit = startLimit(watched, connectMs);
  try {
    return await openByLadder({ ...watched, signal: limit.signal });
  } finally {
    limit.dispose();
  }
}

/** What all attempts of one opening share. */
interface OpeningOptions extends OpenSessionOptions {
  /** The error for the end of the time. */
  readonly expired: () => PatchbayError;
}

/** Aborts with the signal of the options, or when `timeoutMs` are over in which nobody was signing in. */
function startLimit(options: OpeningOptions, timeoutMs: number): { readonly signal: AbortSignal } & Disposable {
  const { clock, signal, launch, expired } = options;
  const store = new DisposableStore();
  const deadline = store.add(new RequestDeadline({ clock, timeoutMs, maxTotalMs: 0, signal, expired }));
  const wait = signInWait(launch);
  if (wait) store.add(deadline.pauseDuring(wait));
  return { signal: deadline.signal, dispose: () => store.dispose() };
}

async function openByLadder(options: OpeningOptions): Promise<Session> {
  const known = options.protocol === 'auto' ? options.verdicts.get(options.fingerprint) : undefined;
  const plan: Plan = known ?? options.protocol;
  const first = await attempt(plan, options);
  if (first.session) return remember(first.session, options);
  const second = options.protocol === 'auto' && !options.signal.aborted ? secondPlan(plan, first, options) : undefined;
  if (!second) return overSse(first, options);
  options.log.debug(`Trying again as ${second}: ${first.failure.message}`);
  if (known) await options.verdicts.forget(options.fingerprint);
  const last = await attempt(second, options);
  if (last.session) return remember(last.session, options);
  return overSse(last, options);
}

/**
 * The last rung over HTTP: a server that takes no POST may be one of protocol version 2024-11-05, which begins with a GET
 * (MCP specification 2026-07-28, basic/transports, "Backwards Compatibility"). Where that fails too, the cause of the
 * first failure is the one to read, unless the second says that credentials are wanted or a rule forbids it.
 */
async function overSse(failed: Failed, options: OpeningOptions): Promise<Session> {
  const { launch, protocol, signal, log } = options;
  const isPossible = launch.transport === 'http' && protocol !== 'modern' && !signal.aborted;
  if (!isPossible || !suggestsLegacySse(failed.raw)) throw failed.failure;
  log.debug(`Trying HTTP+SSE: ${failed.failure.message}`);
  const outcome = await attempt('legacy', { ...options, launch: { ...launch, transport: 'sse' } as SseLaunch });
  if (outcome.session) return outcome.session;
  const { kind } = outcome.failure;
  throw kind === 'auth' || kind === 'security' ? outcome.failure : failed.failure;
}

async function remember(session: Session, options: OpenSessionOptions): Promise<Session> {
  try {
    if (options.protocol === 'auto') await options.verdicts.set(options.fingerprint, session.era);
  } catch (error) {
    options.log.warn(`The protocol verdict was not kept: ${toError(error).message}`);
  }
  return session;
}

interface Failed {
  readonly session?: undefined;
  readonly raw: unknown;
  readonly failure: PatchbayError;
}

type Outcome = { readonly session: Session } | Failed;

function secondPlan(plan: Plan, { raw, failure }: Failed, options: OpenSessionOptions): Plan | undefined {
  if (failure.kind === 'auth' || failure.kind === 'config') return undefined;
  // Who asks to be left alone is: another attempt at once would be one more of what it refuses.
  if (failure.kind === 'limit' || failure.retryAfterMs !== undefined) return undefined;
  if (plan === 'auto') {
    if (isRefusal(raw)) return goesOnAfterProbe(options) ? 'patient' : undefined;
    // Network trouble is the same in every era.
    if (failure.kind === 'transport') return undefined;
    return isEraFailure(raw) || failure.kind === 'timeout' ? 'legacy' : undefined;
  }
  return isEraFailure(raw) || isRefusal(raw) ? 'auto' : undefined;
}

async function attempt(plan: Plan, options: OpeningOptions): Promise<Outcome> {
  const { launch, clock, log, connectMs } = options;
  const transport = options.createTransport(launch);
  const probe = probeLimit(plan, transport, options);
  const signal = probe ? AbortSignal.any([options.signal, probe.signal]) : options.signal;
  const { serverName, interaction, logLevel = 'info' } = options;
  const requests = new ServerRequests({ interaction, serverName, clock });
  const client = new Client(options.clientInfo, {
    capabilities: requests.capabilities,
    versionNegotiation: versionNegotiation(plan, options),
  });
  requests.attach(client);
  let noise: Error | undefined;
  client.onerror = (error) => {
    // Progress that comes after the answer is late, not wrong.
    if (!error.message.startsWith(LATE_PROGRESS)) log.debug(error.message);
  };
  // Heard before the client listens too: what came instead of an answer is the best hint there is.
  transport.onerror = (error) => {
    noise ??= error;
  };
  options.onStep(launch.transport === 'stdio' ? 'starting the process' : 'contacting the server');
  try {
    await raceAbort(client.connect(transport, { timeout: MAX_DELAY_MS, signal }), signal);
    signal.throwIfAborted();
    return { session: new SdkSession({ client, transport, launch, clock, log, requests, serverName, logLevel }) };
  } catch (raw) {
    requests.dispose();
    await closeFully(transport, options);
    const failure = describeFailure(raw, {
      launch,
      transport,
      subject: 'The server',
      time: { timeoutMs: connectMs, setting: '"timeouts.connectMs"' },
      signal,
    });
    return { raw, failure: failure.kind === 'timeout' && noise ? withNoise(failure, noise) : failure };
  } finally {
    probe?.dispose();
  }
}

/**
 * Over HTTP the probe has half of the time, so that a server that swallows it still gets its `initialize`; without the
 * time of a sign-in, which the timer of the SDK would count.
 */
function probeLimit(plan: Plan, transport: McpTransport, options: OpeningOptions) {
  if (plan !== 'auto' || goesOnAfterProbe(options)) return undefined;
  const limit = startLimit(options, Math.ceil(options.connectMs / 2));
  const send = transport.send.bind(transport);
  transport.send = (message, sendOptions) => {
    if ('method' in message && message.method !== 'server/discover') limit.dispose();
    return send(message, sendOptions);
  };
  return limit;
}

/** A second close is the one that does not wait. */
async function closeFully(transport: McpTransport, { force, log }: OpenSessionOptions): Promise<void> {
  const close = () => transport.close().catch((error) => log.debug(`Closing failed: ${toError(error).message}`));
  const closeNow = () => void close();
  const closing = close();
  if (force?.aborted) closeNow();
  force?.addEventListener('abort', closeNow, { once: true });
  await closing;
  force?.removeEventListener('abort', closeNow);
}

function withNoise(failure: PatchbayError, noise: Error): PatchbayError {
  const { kind, message, hint, retryable } = failure;
  const text = `${message} ${noise.message.replace(/([^.!?])$/, '$1.')}`;
  return new PatchbayError(kind, text, { retryable, cause: noise, ...(hint === undefined ? {} : { hint }) });
}

/** Everywhere but over HTTP, where each answer belongs to its request, a probe that got none is simply passed over. */
function goesOnAfterProbe({ launch }: OpenSessionOptions): boolean {
  return launch.transport !== 'http';
}

function versionNegotiation(plan: Plan, options: OpenSessionOptions) {
  if (plan === 'legacy') return { mode: 'legacy' as const };
  if (plan === 'modern') return { mode: { pin: MODERN_VERSION }, probe: { timeoutMs: MAX_DELAY_MS } };
  const isBrief = plan === 'auto' && goesOnAfterProbe(options);
  const timeoutMs = isBrief ? Math.ceil(Math.min(PROBE_MS, options.connectMs / 2)) : MAX_DELAY_MS;
  return { mode: 'auto' as const, probe: { timeoutMs } };
}

function connectTimeout({ connectMs }: OpenSessionOptions, areCredentialsAwaited: boolean): PatchbayError {
  const time = formatDuration(connectMs);
  if (areCredentialsAwaited) {
    return new PatchbayError('timeout', `The credentials for the server were not there within ${time}.`, {
      hint: 'Check "auth": its token program or authorization server takes long. Or raise "timeouts.connectMs".',
      retryable: true,
    });
  }
  return new PatchbayError('timeout', `The server did not answer within ${time}.`, {
    hint: 'Check that it is an MCP server and speaks on this transport, or raise "timeouts.connectMs".',
    retryable: true,
  });
}
