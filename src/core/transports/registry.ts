import { type Disposable, DisposableStore, toDisposable } from '../../base/disposable';
import { PatchbayError } from '../../base/errors';
import { createHttpTransport } from './http';
import { createNetwork } from './network/agents';
import { createLaunchFetch } from './network/launchFetch';
import { createSseTransport } from './sse';
import { createStdioTransport } from './stdio';
import { createProcessGuard, type ProcessGuard } from './stdioWatchdog';
import type {
  HttpLaunch,
  Launch,
  McpTransport,
  SseLaunch,
  StdioLaunch,
  TransportContext,
  TransportFactory,
  WebSocketLaunch,
} from './transport';
import { createWebSocketTransport } from './webSocket';

/** Transport factories by the `transport` of their launch. */
export interface TransportRegistry {
  /** Throws a `config` error where `type` is taken. Disposing frees it again. */
  register<L extends { readonly transport: string }>(
    type: L['transport'],
    factory: (launch: L, context: TransportContext) => McpTransport,
  ): Disposable;
  /** Throws a `config` error where nothing is registered for `launch.transport`. */
  create(launch: { readonly transport: string }, context: TransportContext): McpTransport;
  has(type: string): boolean;
  types(): readonly string[];
}

export function createTransportRegistry(): TransportRegistry {
  const factories = new Map<string, TransportFactory>();
  return {
    register(type, factory) {
      if (factories.has(type)) {
        throw new PatchbayError('config', `The transport "${type}" is registered already.`, {
          hint: 'Register it under another name.',
        });
      }
      // Looked up by the `transport` of the launch: the built-in ones get their own kind, all others a `CustomLaunch`.
      const stored = factory as unknown as TransportFactory;
      factories.set(type, stored);
      return toDisposable(() => {
        if (factories.get(type) === stored) factories.delete(type);
      });
    },
    create(launch, context) {
      const factory = factories.get(launch.transport);
      if (!factory) {
        throw new PatchbayError('config', `Unknown transport "${launch.transport}".`, {
          hint: `Known here: ${[...factories.keys()].join(', ') || 'none'}.`,
        });
      }
      return factory(launch as Launch, context);
    },
    has: (type) => factories.has(type),
    types: () => [...factories.keys()],
  };
}

/**
 * Adds the transports that come with the core. Disposing takes them out again. One `guard` looks after the processes of
 * all stdio servers of this registry.
 */
export function registerBuiltInTransports(
  registry: TransportRegistry,
  { guard = createProcessGuard() }: { readonly guard?: ProcessGuard } = {},
): Disposable {
  const store = new DisposableStore();
  store.add(
    registry.register<StdioLaunch>('stdio', (launch, context) => createStdioTransport(launch, context, { guard })),
  );
  store.add(registry.register<HttpLaunch>('http', (launch, context) => createHttpTransport(launch, context)));
  store.add(registry.register<SseLaunch>('sse', createSse));
  store.add(registry.register<WebSocketLaunch>('websocket', createWebSocket));
  return store;
}

function createSse(launch: SseLaunch, context: TransportContext): McpTransport {
  return createSseTransport(launch, (onEventDiscarded) => createLaunchFetch(launch, context, { onEventDiscarded }));
}

function createWebSocket(launch: WebSocketLaunch, context: TransportContext): McpTransport {
  return createWebSocketTransport(launch, context, createNetwork(launch, context));
}
