import type { PatchbayError } from '../base/errors';
import type { Tool } from '../shared/mcp';
import type { MemberView } from './balancing/groupView';
import type { ServerCalls } from './calls/serverCalls';
import type { ToolCatalog } from './catalog/toolCatalog';
import type { ServerDefinition } from './config/definition';
import { summarizeLaunch } from './config/fingerprint';
import { sentHeaders } from './config/sentHeaders';
import type { Session } from './connection/session';
import type { ServerSnapshot } from './hubTypes';
import type { ServerSessions } from './serverSessions';

/** What a server contributes to the whole; the hub adds the names that are unique over all servers. */
export interface ServerView extends Omit<ServerSnapshot, 'catalog'> {
  readonly tools: readonly Tool[];
  readonly catalogStatus: 'unknown' | 'cached' | 'live';
  readonly catalogError: string | undefined;
}

/** The parts of a server that show. */
export interface ShownParts {
  readonly definition: ServerDefinition;
  readonly sessions: ServerSessions;
  readonly calls: ServerCalls;
  readonly catalog: ToolCatalog;
  /** Of the last session. */
  readonly negotiated: ServerSnapshot['negotiated'];
  readonly describe: (error: unknown) => PatchbayError;
}

export function viewOf({ definition, sessions, calls, catalog, negotiated, describe }: ShownParts): ServerView {
  const { id, name, source, overrides, transport, entry, notSupported } = definition;
  const { session, roundTripMs, idleStopMs } = sessions;
  const processId = session?.processId;
  const headerNames = entry ? sentHeaders(entry) : [];
  return {
    id,
    name,
    source,
    ...(overrides ? { overrides } : {}),
    transport: transport ?? 'unknown',
    address: entry ? summarizeLaunch(definition) : '',
    autoConnect: entry?.autoConnect ?? 'manual',
    state: stateOf(definition, sessions),
    ...(negotiated ? { negotiated } : {}),
    ...(processId === undefined ? {} : { processId }),
    ...(roundTripMs === undefined ? {} : { roundTripMs }),
    ...(idleStopMs === undefined ? {} : { idleStopMs }),
    ...(entry && entry.pool.max > 1 ? { pool: entry.pool } : {}),
    ...(headerNames.length > 0 ? { headerNames } : {}),
    ...(entry && entry.tools.confirm !== 'destructive' ? { confirm: entry.tools.confirm } : {}),
    ...breakersOf(calls),
    notSupported,
    tools: catalog.tools,
    catalogStatus: catalog.status,
    catalogError: catalog.failure && describe(catalog.failure).message,
  };
}

export function breakersOf({ breaker, toolBreakers }: ServerCalls): Pick<MemberView, 'breaker' | 'toolBreakers'> {
  return {
    ...(breaker.kind === 'closed' ? {} : { breaker }),
    ...(toolBreakers.size === 0 ? {} : { toolBreakers: [...toolBreakers].map(([tool, of]) => ({ tool, ...of })) }),
  };
}

/** Of a broken entry, what is wrong with it. */
export function stateOf({ entry, problems }: ServerDefinition, { state }: ServerSessions): ServerSnapshot['state'] {
  if (entry) return state;
  return { kind: 'error', error: { kind: 'config', message: problems.join(' '), retryable: false } };
}

export function negotiatedBy(session: Session): NonNullable<ServerSnapshot['negotiated']> {
  const { era, protocolVersion, serverInfo, instructions, capabilities } = session;
  return {
    era,
    protocolVersion,
    ...(serverInfo ? { serverInfo } : {}),
    ...(instructions === undefined ? {} : { instructions }),
    capabilities: Object.keys(capabilities),
  };
}
