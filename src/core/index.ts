/**
 * The core as a library: connects to MCP servers and calls their tools under plain Node, without VS Code.
 *
 * ```js
 * const { createHub } = require('./core.cjs');
 * const hub = createHub({ config: { servers: { demo: { command: 'node', args: ['server.js'] } } } });
 * await hub.connect('demo');
 * const { content } = await hub.callTool('demo', 'echo', { message: 'hi' });
 * await hub.close();
 * ```
 */
import { PatchbayError } from '../base/errors';
import type { Configuration } from './config/definition';
import { mergeConfigFiles } from './config/merge';
import { readConfigFile } from './config/parse';
import { ServerHub } from './hub';
import type { Hub } from './hubTypes';
import { createNodePorts } from './nodePorts';
import type { Ports } from './ports';
import { createTransportRegistry, registerBuiltInTransports } from './transports/registry';

export { describeError, isPatchbayError, PatchbayError } from '../base/errors';
export { nearestName } from '../base/nearestName';
export { createAuditFile } from './calls/auditFile';
export type { HistoryEntry } from './calls/history';
export type { ConfigSource, Configuration, ServerDefinition } from './config/definition';
export type { ConfigDiagnostic } from './config/diagnostics';
export { offsetOfGroup, offsetOfServer, removeServer, setServer, setServerKey } from './config/edit';
export { LastGoodFiles } from './config/lastGood';
export { mergeConfigFiles } from './config/merge';
export { readConfigFile } from './config/parse';
export type { SavedCall, SavedCallKey, SavedCallsFile, SavedCallsProblem } from './config/savedCalls';
export { readSavedCalls, removeSavedCall, renameSavedCall, requireEditable, setSavedCall } from './config/savedCalls';
export type { Skill, SkillFile } from './connection/skills';
export type {
  CallToolOptions,
  ConnectOptions,
  Hub,
  HubLoad,
  HubMetrics,
  ResourceUpdate,
  ServerSnapshot,
} from './hubTypes';
export type { Middleware, MiddlewareCall, MiddlewareFactory } from './middleware/middleware';
export { createMemory, createNodePorts } from './nodePorts';
export type { Ports } from './ports';
export type { CustomLaunch, McpTransport, TransportContext, TransportFactory } from './transports/transport';

/** Version of this build, put in by the bundler. */
declare const PATCHBAY_VERSION: string;

export interface CreateHubOptions {
  /** The content of a configuration file as an object, or files that were read and merged already. */
  readonly config: Configuration | Record<string, unknown>;
  /** What the host gives; each member left out has its default for plain Node. */
  readonly ports?: Partial<Ports>;
}

/** Starts nothing by itself. Throws a `PatchbayError` of kind `config` where `config` is no configuration at all. */
export function createHub({ config, ports = {} }: CreateHubOptions): Hub {
  const registry = createTransportRegistry();
  registerBuiltInTransports(registry);
  return new ServerHub(toConfiguration(config), createNodePorts(ports), registry, version());
}

function toConfiguration(config: CreateHubOptions['config']): Configuration {
  if (isConfiguration(config)) return config;
  if (typeof config !== 'object' || config === null) {
    throw new PatchbayError('config', 'The configuration must be an object with "servers".');
  }
  return mergeConfigFiles([readConfigFile(JSON.stringify(config), { kind: 'adHoc' })]);
}

function isConfiguration(config: CreateHubOptions['config']): config is Configuration {
  return typeof config === 'object' && config !== null && config.servers instanceof Map;
}

function version(): string {
  return typeof PATCHBAY_VERSION === 'string' ? PATCHBAY_VERSION : '0.0.0';
}
