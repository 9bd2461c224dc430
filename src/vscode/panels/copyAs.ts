import type { ServerSnapshot } from '../../core/hubTypes';
import type { JsonObject, JsonValue } from '../../shared/json';
import type { CopyFormat } from '../../shared/toolPanel';
import { withoutSecrets } from './secretArguments';

const PROTOCOL_VERSION = '2026-07-28';
const META = 'io.modelcontextprotocol';

export interface CopiedCall {
  readonly server: ServerSnapshot;
  readonly tool: string;
  readonly args: JsonObject;
  readonly inputSchema: unknown;
}

/** Whether `curl` can reach the server: over Streamable HTTP, and not as one of a group. */
export function canCurl(server: ServerSnapshot | undefined): boolean {
  return server?.transport === 'http' && /^https?:\/\//i.test(server.address);
}

/**
 * The call as text for other programs; undefined for `curl` where the server has no URL. Secrets are placeholders like
 * `<name>`: in the arguments, the headers and the URL.
 */
export function copiedCall(format: CopyFormat, call: CopiedCall): string | undefined {
  const args = withoutSecrets(call.args, call.inputSchema);
  switch (format) {
    case 'jsonRpc':
      return jsonText(request(call, args), 2);
    case 'cli':
      return cliCommand(call, args);
    case 'curl':
      return canCurl(call.server) ? curlCommand(call, args) : undefined;
    case 'typescript':
      return typescript(call, args);
  }
}

function request({ server, tool }: CopiedCall, args: JsonObject): JsonObject {
  const meta = isModern(server) && {
    _meta: {
      [`${META}/protocolVersion`]: versionOf(server),
      [`${META}/clientInfo`]: { name: 'patchbay', version: '1' },
      [`${META}/clientCapabilities`]: {},
    },
  };
  return { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: args, ...meta } };
}

function cliCommand({ server, tool }: CopiedCall, args: JsonObject): string {
  const { source } = server;
  const config = 'path' in source ? ` --config ${quoted(source.path)}` : '';
  return `node dist/cli.cjs call ${quoted(server.id)} ${quoted(tool)} --args ${quoted(jsonText(args))}${config}`;
}

function curlCommand(call: CopiedCall, args: JsonObject): string {
  const { server, tool } = call;
  const headers = [
    'Content-Type: application/json',
    'Accept: application/json, text/event-stream',
    `MCP-Protocol-Version: ${versionOf(server)}`,
    ...(isModern(server) ? ['Mcp-Method: tools/call', `Mcp-Name: ${tool}`] : ['Mcp-Session-Id: <session>']),
    ...(server.headerNames ?? []).map((name) => `${name}: <${name.toLowerCase()}>`),
  ];
  const url = server.address.replace(/\$\{(?:\w+:)?([^{}]{1,100})\}/g, '<$1>').replace(/•+/g, '<secret>');
  return [
    `curl ${quoted(url)}`,
    ...headers.map((header) => `-H ${quoted(header)}`),
    `-d ${quoted(jsonText(request(call, args)))}`,
  ].join(' \\\n  ');
}

function typescript({ server, tool }: CopiedCall, args: JsonObject): string {
  const target = jsonText({ server: server.id, tool, arguments: args, run: true }, 2);
  // As a plain key this one would set the prototype.
  const literal = target.replace(/(?<!\\)"__proto__":/g, '["__proto__"]:');
  return `const result = await vscode.commands.executeCommand('patchbay.callTool', ${literal});`;
}

function isModern(server: ServerSnapshot): boolean {
  return server.negotiated?.era !== 'legacy';
}

function versionOf(server: ServerSnapshot): string {
  return server.negotiated?.protocolVersion ?? PROTOCOL_VERSION;
}

/** JSON in which every character that does not show is an escape. */
function jsonText(value: JsonValue, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\n' ? character : escaped(character),
  );
}

function escaped(character: string): string {
  let text = '';
  for (let at = 0; at < character.length; at++) text += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return text;
}

/** One word of a POSIX shell. Control characters, which a terminal might act on when it is pasted, are left out. */
function quoted(text: string): string {
  const safe = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '');
  return /^[\w./:@%+,=-]+$/.test(safe) && !safe.startsWith('-') ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}
