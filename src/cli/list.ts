import { describeError, isPatchbayError } from '../base/errors';
import type { Hub, ServerSnapshot } from '../core/index';
import type { CliContext } from './context';
import { EXIT, type ExitCode } from './exitCodes';
import { usageError } from './options';
import { plainJson, plainLine } from './plain';

/** `list [server]`: connects to the servers and prints what each offers. One that fails harms no other. */
export async function list({ options, streams, hub, signal }: CliContext): Promise<ExitCode> {
  const [, id, ...rest] = options.words;
  const { args, argsFile, timeoutMs } = options;
  if ([args, argsFile, timeoutMs].some((value) => value !== undefined)) {
    throw usageError(
      '--timeout, --args and --args-file are for call; how long to wait for a server is "timeouts" in its entry.',
    );
  }
  if (rest.length > 0) throw usageError(`list takes one server, not "${[id, ...rest].join(' ')}".`);
  if (id !== undefined && !hub.server(id)) {
    const known = hub.servers().map((server) => server.id);
    throw usageError(`There is no server "${id}". Configured: ${known.join(', ') || 'none'}.`);
  }
  const ids = id === undefined ? hub.servers().map((server) => server.id) : [id];
  const reports = await Promise.all(ids.map((server) => report(hub, server, signal)));
  if (options.json) streams.out(`${plainJson({ servers: reports })}\n`);
  else streams.out(reports.length === 0 ? 'The configuration names no server.\n' : reports.map(describe).join(''));
  const connected = reports.filter(({ state }) => state === 'connected').length;
  return connected > 0 || reports.length === 0 ? EXIT.done : EXIT.connection;
}

type Report = Awaited<ReturnType<typeof report>>;

async function report(hub: Hub, id: string, signal: AbortSignal) {
  let error: { kind: string; message: string } | undefined;
  let others = { resources: [], resourceTemplates: [], prompts: [] } as Awaited<ReturnType<Hub['readOtherLists']>>;
  const isDisabled = hub.server(id)?.state.kind === 'disabled';
  try {
    if (!isDisabled) {
      // Interactive, so that a value the environment holds is taken from there.
      await hub.connect(id, { signal, interactive: true });
      others = await hub.readOtherLists(id);
    }
  } catch (cause) {
    error = { kind: isPatchbayError(cause) ? cause.kind : 'transport', message: describeError(cause) };
  }
  const snapshot = hub.server(id) as ServerSnapshot;
  const { name, state, transport, negotiated, catalog, group } = snapshot;
  if (!error && catalog.error) error = { kind: 'protocol', message: catalog.error };
  return {
    id,
    name,
    state: state.kind,
    transport,
    era: negotiated?.era,
    protocolVersion: negotiated?.protocolVersion,
    serverInfo: negotiated?.serverInfo,
    tools: state.kind === 'connected' ? catalog.tools.map(({ tool, callName }) => ({ ...tool, callName })) : [],
    ...others,
    ...(group && group.warnings.length > 0 ? { warnings: group.warnings } : {}),
    ...(error ? { error } : {}),
  };
}

function describe(server: Report): string {
  const facts = [
    server.state,
    plainLine(server.transport),
    ...(server.protocolVersion ? [plainLine(server.protocolVersion)] : []),
  ];
  const lines = [`${server.id}  ${facts.join(' · ')}`];
  if (server.error) lines.push(`  ${plainLine(server.error.message, 1000)}`);
  for (const warning of server.warnings ?? []) lines.push(`  ${'warning'.padEnd(9)} ${plainLine(warning, 500)}`);
  for (const tool of server.tools) lines.push(entry('tool', tool.name, tool.description));
  for (const item of server.resources) lines.push(entry('resource', member(item, 'uri'), member(item, 'name')));
  for (const item of server.resourceTemplates)
    lines.push(entry('template', member(item, 'uriTemplate'), member(item, 'name')));
  for (const item of server.prompts) lines.push(entry('prompt', member(item, 'name'), member(item, 'description')));
  return `${lines.join('\n')}\n`;
}

function entry(kind: string, name: string, description: unknown): string {
  const text = typeof description === 'string' && description !== '' ? `  ${plainLine(description)}` : '';
  return `  ${kind.padEnd(9)} ${plainLine(name)}${text}`;
}

function member(item: unknown, key: string): string {
  const value = typeof item === 'object' && item !== null ? (item as Record<string, unknown>)[key] : undefined;
  return typeof value === 'string' ? value : '';
}
