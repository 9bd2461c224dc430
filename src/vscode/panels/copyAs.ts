import { PatchbayError } from '../../base/errors';
import type { ServerSnapshot } from '../../core/hubTypes';
import { headerValue } from '../../shared/headerValue';
import type { JsonObject, JsonValue } from '../../shared/json';
import type { CopyFormat } from '../../shared/toolPanel';
import { type Secrets, withoutSecrets } from './secretArguments';
import { powerShellText, type Shell } from './shellWords';

const PROTOCOL_VERSION = '2026-07-28';
const META = 'io.modelcontextprotocol';

export interface CopiedCall {
  readonly server: ServerSnapshot;
  readonly tool: string;
  readonly args: JsonObject;
  readonly secrets: Secrets;
  /** Absolute path of the command line program (`cli.cjs`) that comes with the extension. */
  readonly cliPath: string;
  readonly shell: Shell;
}

/** Whether `curl` can reach the server: over Streamable HTTP, and not as one of a group. */
export function canCurl(server: ServerSnapshot | undefined): boolean {
  return server?.transport === 'http' && /^https?:\/\//i.test(server.address);
}

/**
 * The call as text for other programs. Secrets are placeholders like `<name>`: in the arguments, the headers and the URL.
 * Where there is no such text, throws a `PatchbayError` that says why.
 */
export function copiedCall(format: CopyFormat, call: CopiedCall): string {
  const args = withoutSecrets(call.args, call.secrets);
  switch (format) {
    case 'jsonRpc':
      return jsonText(request(call, args), 2);
    case 'cli':
      return cliCommand(call, args);
    case 'curl':
      if (canCurl(call.server)) return curlCommand(call, args);
      throw new PatchbayError('config', 'curl cannot reach this server: it has no URL.');
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

function cliCommand({ server, tool, cliPath, shell }: CopiedCall, args: JsonObject): string {
  const { source } = server;
  const { word } = shell;
  const config = 'path' in source ? ` --config ${word(source.path)}` : '';
  const names = `${word(server.id)} ${word(tool)}`;
  const isOption = server.id.startsWith('-') || tool.startsWith('-');
  // After `--` without a configuration the program takes a command to start.
  if (isOption && config === '') {
    throw new PatchbayError('config', 'The command line would take a name of this call for an option.', {
      hint: 'Copy the call as JSON-RPC request or as TypeScript.',
    });
  }
  const [before, after] = isOption ? ['', ` -- ${names}`] : [` ${names}`, ''];
  const command = `node ${word(cliPath)} call${before}`;
  return shell.name === 'PowerShell'
    ? `${powerShellText(asciiText(args))} | ${command} --args-file -${config}${after}`
    : `${command} --args ${word(jsonText(args))}${config}${after}`;
}

function curlCommand(call: CopiedCall, args: JsonObject): string {
  const { server, tool, shell } = call;
  const headers = [
    'Content-Type: application/json',
    'Accept: application/json, text/event-stream',
    `MCP-Protocol-Version: ${versionOf(server)}`,
    ...(isModern(server) ? ['Mcp-Method: tools/call', `Mcp-Name: ${headerValue(tool)}`] : []),
    ...(server.headerNames ?? []).map((name) => `${name}: <${name.toLowerCase()}>`),
  ];
  const url = server.address.replace(/\$\{(?:\w+:)?([^{}]{1,100})\}/g, '<$1>').replace(/•+/g, '<secret>');
  const lines = [shell.word(url), ...headers.map((header) => `-H ${shell.word(header)}`)];
  const sent = request(call, args);
  if (shell.name === 'PowerShell') {
    if (isModern(server)) {
      return `${powerShellText(asciiText(sent))} | curl.exe -g ${[...lines, "--data-binary '@-'"].join(' `\n  ')}`;
    }
    throw new PatchbayError('config', 'This server asks for a session, which is not begun in one line of PowerShell.', {
      hint: 'Copy the call as command line.',
    });
  }
  const to = lines.join(' \\\n  ');
  const body = (message: JsonObject) => `-d ${shell.word(jsonText(message))}`;
  return isModern(server)
    ? `curl -g ${to} \\\n  ${body(sent)}`
    : inSession(`curl -sg ${to}`, versionOf(server), body, sent);
}

/** Before 2026-07-28 a session comes first. A server that gives none gets no header: curl sends none without a value. */
function inSession(curl: string, protocolVersion: string, body: (of: JsonObject) => string, sent: JsonObject): string {
  const params = { protocolVersion, capabilities: {}, clientInfo: { name: 'patchbay', version: '1' } };
  const initialize = body({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
  const withSession = 'mcp -H "Mcp-Session-Id: $session"';
  return [
    `( mcp() { ${curl} "$@"; }`,
    `session=$(mcp -D - -o /dev/null ${initialize} |`,
    "  tr -d '\\r' | sed -n 's/^[Mm][Cc][Pp]-[Ss]ession-[Ii][Dd]: *//p')",
    `${withSession} ${body({ jsonrpc: '2.0', method: 'notifications/initialized' })}`,
    `${withSession} ${body(sent)} )`,
  ].join('\n');
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

/** JSON in ASCII, which no shell encodes in another way. */
function asciiText(value: JsonValue): string {
  return jsonText(value).replace(/[^\x20-\x7e]/gu, escaped);
}

function escaped(character: string): string {
  let text = '';
  for (let at = 0; at < character.length; at++) text += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return text;
}
