/**
 * MCP by the SDK's own server package over links that it has no transport for, both eras: WebSocket (one message per text
 * frame) and HTTP+SSE, on 127.0.0.1 and a free port. Each link has a server of its own (`serveStdio`).
 */
import { createServer } from 'node:http';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { WebSocketServer } from 'ws';
import { createFactory, linkShared } from './sdkServer.mjs';

/** `over`: `websocket` or `sse`. `only`: the era that is served; the other one is refused. */
export async function startSdkLinks({ over, only }) {
  const seen = { messages: [], links: 0 };
  const links = new Set();
  const http = createServer();
  /** `write(text)` puts a message on the wire, `end()` breaks the link. Gives what takes the messages of the client. */
  const open = (write, end) => {
    seen.links++;
    const transport = {
      start: async () => {},
      send: async (message) => write(JSON.stringify(message)),
      close: async () => end(),
    };
    const link = { transport, listens: new Set(), drop: end };
    links.add(link);
    serveStdio(createFactory(linkShared()), { transport, legacy: only === 'modern' ? 'reject' : 'serve' });
    return {
      take(text) {
        const message = JSON.parse(text);
        seen.messages.push(message);
        if (message.method === 'subscriptions/listen') link.listens.add(message.id);
        if (message.method === 'notifications/cancelled') link.listens.delete(message.params.requestId);
        transport.onmessage?.(message);
      },
      closed() {
        links.delete(link);
        transport.onclose?.();
      },
    };
  };
  const serve = over === 'websocket' ? serveWebSocket : serveSse;
  serve(http, open);
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address();
  return {
    url: over === 'websocket' ? `ws://127.0.0.1:${port}/` : `http://127.0.0.1:${port}/sse`,
    seen,
    /** Ends every subscription as a server does that gives it up: by a cancellation, and tells nothing afterwards. */
    cancelListens() {
      for (const { transport, listens } of links) {
        for (const requestId of listens) {
          const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } };
          transport.onmessage(cancelled);
          void transport.send(cancelled);
        }
        listens.clear();
      }
    },
    dropLinks() {
      for (const { drop } of links) drop();
    },
    async close() {
      for (const { drop } of links) drop();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function serveWebSocket(http, open) {
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket) => {
    const link = open(
      (text) => socket.send(text),
      () => socket.terminate(),
    );
    socket.on('message', (data) => link.take(data.toString()));
    socket.on('error', () => {});
    socket.on('close', () => link.closed());
  });
}

function serveSse(http, open) {
  const streams = [];
  http.on('request', async (request, response) => {
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`event: endpoint\ndata: /message?stream=${streams.length}\n\n`);
      const link = open(
        (text) => response.write(`event: message\ndata: ${text}\n\n`),
        () => response.destroy(),
      );
      streams.push(link);
      response.once('close', () => link.closed());
      return;
    }
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    response.writeHead(202).end();
    streams[Number(new URL(request.url, 'http://x').searchParams.get('stream'))]?.take(body);
  });
}
