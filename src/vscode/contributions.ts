/** Every id that package.json contributes, in one typed place. `contributions.test.ts` compares both ways. */

const COMMAND_NAMES = [
  'addServer',
  'editServer',
  'removeServer',
  'connect',
  'disconnect',
  'reconnect',
  'retryNow',
  'stopRetrying',
  'connectAll',
  'disconnectAll',
  'callTool',
  'callAgain',
  'callSaved',
  'runArguments',
  'clearPool',
  'showServer',
  'showMetrics',
  'exportAuditLog',
  'refreshTools',
  'openUserConfig',
  'openWorkspaceConfig',
  'setSecret',
  'setToken',
  'clearToken',
  'showOutput',
  'showLastError',
] as const;

/** A command without its prefix. */
export type CommandName = (typeof COMMAND_NAMES)[number];

export const commandNames: readonly CommandName[] = COMMAND_NAMES;

export function commandId(name: CommandName): `patchbay.${CommandName}` {
  return `patchbay.${name}`;
}

export const viewContainerId = 'patchbay';
export const serversViewId = 'patchbay.servers';
/** VS Code itself contributes this for each view. */
export const focusServersCommandId = 'patchbay.servers.focus';

/** Keys of `setContext`, as `when` clauses in package.json read them. */
export const contextKeys = {
  /** Whether the configuration was read and names no server. Unset before, so that no welcome flashes up. */
  noServers: 'patchbay.noServers',
} as const;

export const workspaceConfigName = '.vscode/patchbay.json';
export const savedCallsName = '.vscode/patchbay.calls.json';
export const userConfigName = 'patchbay.json';

/** Flags that a tree item's `contextValue` may hold beside a server's state and transport. */
export const itemFlags = {
  server: 'server',
  tool: 'tool',
  group: 'group',
  member: 'member',
  pool: 'pool',
  source: 'source',
} as const;

/** Setting of VS Code: what the audit log tells of the arguments of calls. */
export const auditArgumentsSetting = 'patchbay.audit.arguments';

/** `code` of the error of a sign-in that the person gave up: they know, and the tree says what is needed. */
export const SIGN_IN_GIVEN_UP = 'signInGivenUp';

/** Documents with the arguments of a tool, as package.json names them in conditions. */
export const ARGUMENTS_SCHEME = 'patchbay-arguments';
