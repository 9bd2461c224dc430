import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { PatchbayApi } from './api';
import { createSystemClock } from './base/clock';
import { DisposableStore } from './base/disposable';
import { describeError, PatchbayError } from './base/errors';
import { Emitter } from './base/event';
import type { Hub, ResourceUpdate, ServerSnapshot } from './core/hubTypes';
import type { Middleware, MiddlewareFactory } from './core/middleware/middleware';
import type { Ports } from './core/ports';
import type { CustomLaunch, TransportFactory } from './core/transports/transport';
import { ArgumentsFiles } from './vscode/adapters/argumentsFiles';
import { AuditLog } from './vscode/adapters/auditLog';
import { ConfigFiles } from './vscode/adapters/configFiles';
import { ConfigProblems } from './vscode/adapters/configProblems';
import { ConfigurationReader } from './vscode/adapters/configuration';
import { createInteraction } from './vscode/adapters/interaction';
import { LateRegistrations } from './vscode/adapters/lateRegistrations';
import { createLogger } from './vscode/adapters/logger';
import { createMemory } from './vscode/adapters/memory';
import { CurrentNetworkSettings } from './vscode/adapters/network';
import { createPrompts } from './vscode/adapters/prompts';
import { ReadOnlyDocuments } from './vscode/adapters/readOnlyDocuments';
import { registerSecretCodeActions } from './vscode/adapters/secretCodeActions';
import { createSecrets } from './vscode/adapters/secrets';
import { watchReturn } from './vscode/adapters/windowFocus';
import { createWorkspace } from './vscode/adapters/workspace';
import { registerCommands } from './vscode/commands/index';
import { cut } from './vscode/plainText';
import { QuestionTurns } from './vscode/questionTurns';
import type { Services } from './vscode/services';
import { ServersStatusBar } from './vscode/statusBar';
import { ServersView } from './vscode/tree/serversView';

/** VS Code waits some 5 s for `deactivate`; servers that need longer to end are killed before that. */
const SHUTDOWN_PATIENCE_MS = 3000;
const MAX_URI = 500;

/**
 * Builds everything and wires it: the only place that sees all layers. The order is the order of dependence; disposal
 * runs in reverse, the log last. The core, the dialogs, the panels, the reports and the validator are bundles of
 * their own, loaded on first use.
 */
export function compose(context: vscode.ExtensionContext): { api: PatchbayApi; dispose(): Promise<void> } {
  const store = new DisposableStore();
  const output = store.add(vscode.window.createOutputChannel('Patchbay', { log: true }));
  const log = createLogger(output);
  const clock = createSystemClock();
  const configFiles = store.add(new ConfigFiles(context.globalStorageUri, clock, log));
  const problems = store.add(new ConfigProblems(configFiles));
  const secrets = createSecrets(context.secrets);
  const changes = store.add(new Emitter<ServerSnapshot>());
  const updates = store.add(new Emitter<ResourceUpdate>());
  const loads = store.add(new Emitter<Hub>());
  const audit = store.add(new AuditLog(context.globalStorageUri, clock, log));
  const transports = store.add(
    new LateRegistrations<TransportFactory<CustomLaunch>>(
      'transport',
      (to, type, factory) => to.registerTransport(type, factory),
      log,
    ),
  );
  const middleware = store.add(
    new LateRegistrations<Middleware | MiddlewareFactory>(
      'middleware',
      (to, name, value) => to.registerMiddleware(name, value),
      log,
    ),
  );
  const core = () => import('./core/index');
  const dialogs = () => import('./vscode/dialogs/index');
  const turns = store.add(new QuestionTurns());
  const network = store.add(new CurrentNetworkSettings(process.env));
  const signIn = lazy(async () => store.add((await dialogs()).createSignIn(context.extension.id)));
  let loading: Promise<Hub> | undefined;
  let loaded: Hub | undefined;
  let reload: (() => Promise<void>) | undefined;
  let isDisposed = false;

  const ports: Ports = {
    clock,
    random: Math.random,
    log,
    secrets,
    memory: createMemory(context.globalState, context.workspaceState),
    prompts: createPrompts(turns),
    workspace: createWorkspace(),
    signIn: { start: async (request, signal) => (await signIn()).start(request, signal) },
    interaction: createInteraction(async () => (await dialogs()).questions, turns),
    network: () => network.get(),
    validate: async (...check) => (await import('./forms/node')).findProblems(...check),
    env: childEnvironment(process.env),
    userHome: homedir(),
  };

  const load = async (): Promise<Hub> => {
    const engine = await core();
    const reader = new ConfigurationReader(engine, configFiles, problems);
    const hub = engine.createHub({ config: await reader.read(), ports: { ...ports, audit: audit.port(engine) } });
    if (isDisposed) {
      await hub.close();
      throw new PatchbayError('cancelled', 'Patchbay is shutting down.');
    }
    loaded = hub;
    transports.attach(hub);
    middleware.attach(hub);
    store.add(hub.onDidChangeServers((server) => changes.fire(server)));
    store.add(hub.onDidUpdateResource((update) => updates.fire(update)));
    store.add(
      hub.onDidUpdateResource(({ server, uri }) => log.info(`Resource ${cut(uri, MAX_URI)} of "${server}" changed.`)),
    );
    reload = () =>
      reader
        .read()
        .then((configuration) => hub.update(configuration))
        .catch((error) => log.error(`The configuration could not be applied: ${describeError(error)}`));
    store.add(configFiles.onDidChange(() => void reload?.()));
    loads.fire(hub);
    for (const server of hub.servers()) changes.fire(server);
    return hub;
  };

  const hub = () => {
    // A load that failed is tried again by whoever needs the hub next.
    loading ??= load().catch((error) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };

  const argumentsFiles = store.add(new ArgumentsFiles(async (uri) => (await services.panels()).editedText(uri)));
  const validate = async (schema: unknown, value: unknown) => (await import('./forms/node')).validate(schema, value);
  const services: Services = {
    hub,
    hubIfLoaded: () => loaded,
    onDidLoadHub: loads.event,
    core,
    panels: lazy(async () => {
      const { createToolPanels } = await import('./vscode/panels/index');
      const { extensionUri, workspaceState } = context;
      return store.add(createToolPanels({ hub, extensionUri, workspaceState, log, argumentsFiles, validate }));
    }),
    configFiles,
    reload: async () => {
      await hub();
      await reload?.();
    },
    audit,
    documents: store.add(new ReadOnlyDocuments()),
    output,
    context,
  };
  const view = store.add(new ServersView(services, problems, clock));
  store.add(new ServersStatusBar(services, clock));
  const reveal = view.reveal.bind(view);
  store.add(registerCommands({ services, configFiles, secrets, reveal }));
  store.add(registerSecretCodeActions(configFiles));
  store.add(
    vscode.window.registerWebviewPanelSerializer('patchbay.tool', {
      deserializeWebviewPanel: async (panel, state) => (await services.panels()).restore(panel, state),
    }),
  );
  store.add(watchReturn(vscode.window, clock, () => loaded?.checkNow()));
  const startup = () => connectAtStartup(services, log);
  // What the workspace configures counts only now, so it is read first.
  store.add(vscode.workspace.onDidGrantWorkspaceTrust(() => void Promise.resolve(reload?.()).then(startup)));
  void startup();

  return {
    api: {
      version: 1,
      servers: () => loaded?.servers() ?? [],
      callTool: async (server, tool, args = {}, options) => (await hub()).callTool(server, tool, args, options),
      onDidChangeServers: changes.event,
      onDidUpdateResource: updates.event,
      registerTransport: (type, factory) => transports.register(type, factory as TransportFactory<CustomLaunch>),
      registerMiddleware: (name, value) => middleware.register(name, value as Middleware | MiddlewareFactory),
    },
    async dispose() {
      isDisposed = true;
      // Whoever is still loading closes its hub itself.
      const impatience = clock.setTimeout(() => void loaded?.close().catch(() => {}), SHUTDOWN_PATIENCE_MS);
      try {
        await loaded?.close();
      } finally {
        impatience.dispose();
        store.dispose();
      }
    },
  };
}

/** Loads the engine only where some file names a server that starts with the window. */
async function connectAtStartup({ hub, configFiles }: Services, log: Ports['log']): Promise<void> {
  try {
    if (!(await configFiles.mentionsStartup())) return;
    const loaded = await hub();
    const ids = loaded
      .servers()
      .filter(({ autoConnect }) => autoConnect === 'startup')
      .map(({ id }) => id);
    // Each says in its own state how it went.
    await Promise.allSettled(ids.map((id) => loaded.connect(id)));
  } catch (error) {
    log.error(`Servers could not be started: ${describeError(error)}`);
  }
}

/** What the editor sets for its own processes would make other programs believe that they are the editor's. */
function childEnvironment(env: NodeJS.ProcessEnv): Ports['env'] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(VSCODE|ELECTRON)_/.test(name)));
}

function lazy<T>(create: () => Promise<T>): () => Promise<T> {
  let created: Promise<T> | undefined;
  return () => {
    created ??= create().catch((error) => {
      created = undefined;
      throw error;
    });
    return created;
  };
}
