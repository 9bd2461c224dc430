import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import WebSocket from 'ws';
import { raceAbort } from '../../base/abort';
import { type Deferred, deferred } from '../../base/deferred';
import { PatchbayError } from '../../base/errors';
import { displayUrl } from './httpErrors';
import { carriesCredentials } from './network/secrets';
import { overLimitError, readReceivedText } from './receivedText';
import type { McpTransport, TransportContext, WebSocketLaunch } from './transport';
import { describeClose } from './webSocketCodes';
import {
  buildHandshake,
  describeHandshakeFailure,
  describeRefusal,
  dpopNonceOf,
  type HandshakeRefusal,
  readRefusal,
} from './webSocketHandshake';
import { IntegerIds } from './webSocketIds';
import { Pings } from './webSocketPings';
import { type ConnectionMaker, routeTo } from './webSocketRoute';
import { FrameWriter } from './webSocketWriter';

/** How long the closing handshake, or the body of a refusal, is waited for. */
const GRACE_MS = 1000;

/** A server over WebSocket (RFC 6455): one JSON-RPC message per text frame, in either protocol era. */
export function createWebSocketTransport(
  launch: WebSocketLaunch,
  context: TransportContext,
  network: ConnectionMaker,
): McpTransport {
  return new WebSocketTransport(launch, context, network);
}

class WebSocketTransport implements McpTransport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: McpTransport['onmessage'];
  closeError: PatchbayError | undefined;

  readonly #launch: WebSocketLaunch;
  readonly #context: TransportContext;
  readonly #network: ConnectionMaker;
  readonly #url: string;
  /** Ends what `start` waits for. */
  readonly #abort = new AbortController();
  /** Settles when no socket is left. */
  readonly #gone: Deferred<void> = deferred();
  readonly #ids = new IntegerIds();
  #phase: 'idle' | 'starting' | 'open' | 'closed' = 'idle';
  #socket: WebSocket | undefined;
  #writer: FrameWriter | undefined;
  #pings: Pings | undefined;

  constructor(launch: WebSocketLaunch, context: TransportContext, network: ConnectionMaker) {
    this.#launch = launch;
    this.#context = context;
    this.#network = network;
    this.#url = displayUrl(launch.url);
  }

  /** With `pid` the mark by which the SDK takes a silent or broken probe for the sign of a legacy server. */
  get stderr(): null {
    return null;
  }

  get pid(): null {
    return null;
  }

  get roundTripMs(): number | undefined {
    return this.#pings?.roundTripMs;
  }

  async start(): Promise<void> {
    if (this.#phase === 'closed') throw closedError();
    if (this.#phase !== 'idle') throw new PatchbayError('transport', 'This transport was started before.');
    this.#phase = 'starting';
    try {
      await this.#connect();
    } catch (error) {
      this.#finish();
      throw this.#isClosed() ? closedError() : describeHandshakeFailure(error, this.#launch.url);
    }
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#phase === 'closed') throw this.closeError ?? closedError();
    if (!this.#writer) throw new PatchbayError('transport', 'The transport is not started.');
    await this.#writer.write(JSON.stringify(this.#ids.outgoing(message)));
  }

  close(): Promise<void> {
    if (this.#phase === 'idle') this.#finish();
    // Whoever asks twice does not want to wait for the peer.
    if (this.#phase === 'closed') this.#socket?.terminate();
    if (this.#phase === 'open') this.#shutDown();
    this.#settle(undefined);
    this.#abort.abort(closedError());
    return this.#gone.promise;
  }

  #isClosed(): boolean {
    return this.#phase === 'closed';
  }

  /** Opens the socket; once more with other credentials, or with what the first answer brought for them. */
  async #connect(): Promise<void> {
    const { auth, url } = this.#launch;
    const { signal } = this.#abort;
    for (let mayComplete = true, mayRenew = true; ; ) {
      const sent = auth ? await raceAbort(auth.headers({ method: 'GET', url }, signal), signal) : {};
      const refusal = await this.#open(sent);
      if (!refusal) return;
      const { status, wwwAuthenticate, dpopNonce } = refusal;
      if (auth?.onAnswer?.({ status, url, wwwAuthenticate, dpopNonce, sent }) && mayComplete) {
        mayComplete = false;
        continue;
      }
      const isChallenge = status === 401 || (status === 403 && wwwAuthenticate !== undefined);
      if (!auth || !isChallenge || !mayRenew) throw describeRefusal(refusal, url);
      mayRenew = false;
      const readBody = async () => refusal.body;
      const renewed = await raceAbort(auth.onRefused({ status, wwwAuthenticate, url, sent, readBody }, signal), signal);
      if (!renewed) throw describeRefusal(refusal, url);
    }
  }

  /** Resolves to nothing once the link is open, or to what the server answered in place of an upgrade. */
  async #open(sent: Readonly<Record<string, string>>): Promise<HandshakeRefusal | undefined> {
    const { signal } = this.#abort;
    const { url, protocols, headers } = buildHandshake(this.#launch, sent);
    const { address, options } = routeTo(url, await raceAbort(this.#network.requestOptions(url), signal), headers);
    signal.throwIfAborted();
    const socket = new WebSocket(address, [...protocols], {
      ...options,
      ...(this.#launch.origin === undefined ? {} : { origin: this.#launch.origin }),
      perMessageDeflate: false,
      // One message a turn, so that a flood of small frames leaves everything else its turn.
      allowSynchronousEvents: false,
      followRedirects: false,
      maxPayload: this.#launch.maxMessageBytes,
    });
    const outcome = deferred<HandshakeRefusal | undefined>();
    let failure: unknown;
    let refusal: HandshakeRefusal | undefined;
    const onAbort = () => socket.terminate();
    signal.addEventListener('abort', onAbort, { once: true });
    let raw: Socket | undefined;
    socket.once('upgrade', (response) => {
      raw = response.socket;
      this.#acceptWithoutSubprotocol(response, protocols);
      const dpopNonce = dpopNonceOf(response);
      this.#launch.auth?.onAnswer?.({
        status: 101,
        url: this.#launch.url,
        wwwAuthenticate: undefined,
        dpopNonce,
        sent,
      });
    });
    socket.once('unexpected-response', async (_request, response) => {
      refusal = await readRefusal(response, this.#graceSignal());
      socket.terminate();
    });
    socket.on('error', (error) => {
      if (outcome.isSettled) this.#onError(error);
      else failure ??= error;
    });
    socket.once('open', () => {
      signal.removeEventListener('abort', onAbort);
      this.#adopt(socket, raw);
      outcome.resolve(undefined);
    });
    socket.once('close', (code, reason) => {
      signal.removeEventListener('abort', onAbort);
      if (outcome.isSettled) this.#onClosed(code, reason.toString());
      else if (refusal && !signal.aborted) outcome.resolve(refusal);
      else outcome.reject(failure ?? new Error('The connection closed during the handshake'));
    });
    return outcome.promise;
  }

  /** RFC 6455, 4.2.2 lets a server accept none of the offered subprotocols; the library takes that for a failure. */
  #acceptWithoutSubprotocol(response: IncomingMessage, protocols: readonly string[]): void {
    const [first] = protocols;
    if (first === undefined || response.headers['sec-websocket-protocol'] !== undefined) return;
    this.#context.log.debug(`${this.#url} accepted none of the subprotocols that were offered`);
    response.headers['sec-websocket-protocol'] = first;
  }

  #adopt(socket: WebSocket, raw: Socket | undefined): void {
    const { clock } = this.#context;
    this.#socket = socket;
    this.#phase = 'open';
    this.#writer = new FrameWriter(socket, clock);
    socket.on('message', (data) => this.#onText(data.toString()));
    const target = {
      ping: (data: string) => socket.ping(data),
      bytesRead: () => raw?.bytesRead ?? 0,
      bytesWaiting: () => socket.bufferedAmount,
    };
    const times = { intervalMs: this.#launch.pingIntervalMs, timeoutMs: this.#launch.pingTimeoutMs };
    const pings = new Pings(target, times, clock, () => this.#onPingLost());
    socket.on('pong', (data) => pings.onPong(data.toString()));
    this.#pings = pings;
    pings.start();
  }

  #onText(text: string): void {
    if (this.#phase !== 'open') return;
    readReceivedText(text, 'frame', {
      onMessage: (message) => this.#deliver(this.#ids.incoming(message)),
      onNoise: (error) => this.#report(error),
    });
  }

  #deliver(message: JSONRPCMessage): void {
    if (this.#phase !== 'open') return;
    try {
      this.onmessage?.(message);
    } catch (error) {
      this.#report(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #report(error: Error): void {
    if (this.#phase === 'open') this.onerror?.(error);
  }

  #onPingLost(): void {
    const seconds = this.#launch.pingTimeoutMs / 1000;
    this.#socket?.terminate();
    this.#settle(
      new PatchbayError('connectionClosed', `${this.#url} did not answer a ping within ${seconds} s.`, {
        retryable: true,
        hint: 'If the server never answers pings, set "websocket.pingIntervalMs" to 0.',
      }),
    );
  }

  /** The library gives the link up after each of its errors; what the peer then closes with says less. */
  #onError(error: Error): void {
    const { code } = error as NodeJS.ErrnoException;
    const isLimit = code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' || code === 'WS_ERR_TOO_MANY_BUFFERED_PARTS';
    const failure = isLimit
      ? overLimitError(this.#launch.maxMessageBytes, undefined, true)
      : new PatchbayError('connectionClosed', `The connection to ${this.#url} broke: ${error.message}.`, {
          code,
          retryable: true,
          cause: error,
        });
    this.#shutDown();
    this.#settle(failure);
  }

  #onClosed(code: number, reason: string): void {
    this.#settle(describeClose(code, reason, this.#url, carriesCredentials(this.#launch, new URL(this.#launch.url))));
    this.#finish();
  }

  /** Ends the link for its users, once. The socket may still be on its way down. */
  #settle(error: PatchbayError | undefined): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.closeError = error;
    this.#pings?.dispose();
    this.#writer?.fail(error ?? closedError());
    this.onclose?.();
  }

  /** The closing handshake, for a bounded time. */
  #shutDown(): void {
    const socket = this.#socket;
    if (!socket) return;
    socket.close(1000);
    const timer = this.#context.clock.setTimeout(() => socket.terminate(), GRACE_MS);
    void this.#gone.promise.then(() => timer.dispose());
  }

  #finish(): void {
    this.#network.dispose();
    this.#gone.resolve();
  }

  #graceSignal(): AbortSignal {
    const grace = new AbortController();
    const timer = this.#context.clock.setTimeout(() => grace.abort(), GRACE_MS);
    void this.#gone.promise.then(() => timer.dispose());
    return AbortSignal.any([grace.signal, this.#abort.signal]);
  }
}

function closedError(): PatchbayError {
  return new PatchbayError('connectionClosed', 'The connection is closed.');
}
