import { readFileSync } from 'node:fs';
import { isPatchbayError, PatchbayError, toError } from '../base/errors';
import type { ServerSnapshot } from '../core/index';
import { parseJsonText } from '../forms/jsonText';
import type { CallToolResult, ContentBlock } from '../shared/mcp';
import type { CliContext } from './context';
import { EXIT, type ExitCode, exitCodeOf } from './exitCodes';
import { type CliOptions, usageError } from './options';
import { plain, plainJson } from './plain';
import { unknownTool } from './unknownTool';

/** `call SERVER TOOL`: connects, runs one tool, prints its answer. */
export async function call(context: CliContext): Promise<ExitCode> {
  const { options, streams, hub, signal } = context;
  const [, server, tool, ...rest] = options.words;
  if (!server || !tool || rest.length > 0) throw usageError('call takes a server and a tool.');
  const args = readArguments(options);
  await connect(context, server);
  const name = findTool(hub.server(server) as ServerSnapshot, tool);
  const started = performance.now();
  let answeredBy = server;
  const result = await hub.callTool(server, name, args, {
    signal,
    onMember: (member) => {
      answeredBy = member;
    },
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  const durationMs = Math.round(performance.now() - started);
  const member = answeredBy === server ? {} : { member: answeredBy };
  if (options.json) streams.out(`${plainJson({ server, ...member, tool: name, durationMs, result })}\n`);
  else print(result, streams);
  return result.isError ? EXIT.toolError : EXIT.done;
}

/** A failed connection is exit code 1 whatever its cause, except where the entry itself is wrong or time ran out. */
async function connect({ hub, signal }: CliContext, server: string): Promise<void> {
  const broken = !hub.server(server) || hub.server(server)?.state.kind === 'error';
  try {
    await hub.connect(server, { signal, interactive: true });
  } catch (error) {
    if (broken || !isPatchbayError(error) || error.kind !== 'config') throw error;
    throw new ConnectFailure(error);
  }
}

/** Keeps the kind that people read and changes only the exit code. */
export class ConnectFailure extends PatchbayError {
  constructor(cause: PatchbayError) {
    super(cause.kind, cause.message, { cause, ...(cause.hint === undefined ? {} : { hint: cause.hint }) });
  }
}

export function failureExitCode(error: unknown): ExitCode {
  if (error instanceof ConnectFailure) return EXIT.connection;
  return isPatchbayError(error) ? exitCodeOf(error.kind) : EXIT.connection;
}

function findTool(server: ServerSnapshot, name: string): string {
  const { catalog } = server;
  const found =
    catalog.tools.find(({ tool }) => tool.name === name) ?? catalog.tools.find(({ callName }) => callName === name);
  if (found) return found.tool.name;
  // Where the list is not known, the server itself must say whether it has the tool.
  if (catalog.status !== 'live' || catalog.error) return name;
  throw unknownTool(server, name);
}

function readArguments({ args, argsFile }: CliOptions): Record<string, unknown> {
  if (args !== undefined && argsFile !== undefined) throw usageError('Give only one of --args and --args-file.');
  const text = argsFile === undefined ? (args ?? '{}') : readArgumentsFile(argsFile);
  const parsed = parseJsonText(text);
  if (!parsed.ok) throw usageError(`The arguments are not usable JSON: ${parsed.message}`);
  const { value } = parsed;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw usageError('The arguments must be a JSON object such as {"message": "hi"}.');
}

function readArgumentsFile(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw usageError(`The arguments cannot be read: ${toError(error).message}.`);
  }
}

function print(result: CallToolResult, streams: CliContext['streams']): void {
  for (const block of result.content) streams.out(`${printable(block)}\n`);
  if (result.content.length === 0 && result.structuredContent !== undefined) {
    streams.out(`${plain(JSON.stringify(result.structuredContent, null, 2))}\n`);
  }
  if (result.isError) streams.err('The tool answered with an error.\n');
}

function printable(block: ContentBlock): string {
  if (block.type === 'text' && typeof block.text === 'string') return plain(block.text);
  if ((block.type === 'image' || block.type === 'audio') && typeof block.data === 'string') {
    const bytes = Math.floor((block.data.length * 3) / 4);
    return plain(`[${block.type}: ${String(block.mimeType ?? 'unknown type')}, ${bytes} bytes; use --json to get it]`);
  }
  return plain(JSON.stringify(block, null, 2));
}
