import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deferred } from '../../base/deferred';
import type { Disposable } from '../../base/disposable';

/** The port that is tried first: with the same one each time, a registered redirect URI stays good. */
const USUAL_PORT = 47_823;
const PATH = '/callback';
/** More than one sign-in at a time is rare; a local program must not fill the memory. */
const MAX_SOCKETS = 16;

/** What the page says that the browser ends on. */
export interface PageTexts {
  readonly done: string;
  readonly failed: string;
}

export interface Loopback extends Disposable {
  readonly port: number;
  /** URL on this machine that answers are to be sent to. */
  readonly url: string;
  /** Resolves to the query of the first request with this `state`; others are refused and change nothing. */
  wait(state: string): Promise<URLSearchParams>;
}

/** Listens on 127.0.0.1 for one answer of an authorization server (RFC 8252, 7.3). Rejects where no port is free. */
export async function listenForAnswer(texts: PageTexts, usualPort = USUAL_PORT): Promise<Loopback> {
  const answer = deferred<URLSearchParams>();
  let expected: string | undefined;
  const server = createServer((request, response) => {
    const query = queryOf(request);
    if (!query) return respond(response, 404, '');
    if (expected === undefined || query.get('state') !== expected || answer.isSettled) {
      return respond(response, 400, texts.failed);
    }
    response.once('close', () => answer.resolve(query));
    respond(response, 200, query.has('error') || !query.has('code') ? texts.failed : texts.done);
  });
  server.maxConnections = MAX_SOCKETS;
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(usualPort).catch(() => listen(0));
  // Sockets may still fail; that is no reason to end the host.
  server.on('error', () => {});
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}${PATH}`,
    wait(state) {
      expected = state;
      return answer.promise;
    },
    dispose() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Undefined: not a request for the answer page. */
function queryOf({ method, url = '' }: IncomingMessage): URLSearchParams | undefined {
  if (method !== 'GET' || !url.startsWith('/')) return undefined;
  const parsed = URL.parse(url, 'http://127.0.0.1');
  return parsed?.pathname === PATH ? parsed.searchParams : undefined;
}

/** Plain text: nothing of the request is ever shown. */
function respond(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-security-policy': "default-src 'none'",
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    connection: 'close',
  });
  response.end(text);
}
