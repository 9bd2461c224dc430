import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { canCurl, copiedCall } from '../../../../src/vscode/panels/copyAs';
import { secretsOf } from '../../../../src/vscode/panels/secretArguments';
import { fc } from '../../../support/fastCheck';
import { snapshot } from '../snapshots';

const WEB = snapshot({
  id: 'web',
  transport: 'http',
  address: 'https://example.test/mcp?tenant=${input:tenant}&key=••••',
  headerNames: ['Authorization', 'X-Team'],
});

/** The words that a shell makes of a command. */
function words(command: string): string[] {
  const printed = execFileSync('/bin/sh', [
    '-c',
    `set -- ${command}\nfor word in "$@"; do printf '%s\\0' "$word"; done`,
  ]);
  return printed.toString().split('\0').slice(0, -1);
}

describe('a call as text for other programs', () => {
  const schema = { properties: { pass: { format: 'password' } } };
  const cliPath = "/home/me/my extensions/it's/dist/cli.cjs";
  const call = {
    server: WEB,
    tool: 'it\'s "x"',
    args: { a: "it's", pass: 'hunter2' },
    secrets: secretsOf(schema),
    cliPath,
  };

  it('is a JSON-RPC request', () => {
    const request = JSON.parse(copiedCall('jsonRpc', call) ?? '');
    expect(request).toMatchObject({
      method: 'tools/call',
      params: { name: call.tool, arguments: { a: "it's", pass: '<pass>' }, _meta: {} },
    });
    const negotiated = { era: 'legacy', protocolVersion: '2025-06-18', capabilities: [] } as const;
    const legacy = { ...call, server: { ...WEB, negotiated } };
    expect(copiedCall('jsonRpc', legacy)).not.toContain('_meta');
  });

  it.each(['2f-4', ''])('is a curl command that begins a session where the server wants one: %j', (session) => {
    const negotiated = { era: 'legacy', protocolVersion: '2025-06-18', capabilities: [] } as const;
    const command = copiedCall('curl', { ...call, server: { ...WEB, negotiated } }) ?? '';
    // A curl that notes its words, and answers with the headers of a server.
    const stub = [
      'curl() { for word in "$@"; do printf \'%s\\0\' "$word" >&2; done; printf \'\\n\\0\' >&2;',
      `printf 'HTTP/1.1 200 OK\\r\\nmcp-session-Id: ${session}\\r\\n\\r\\n'; }`,
    ];
    const { stderr } = spawnSync('/bin/sh', ['-c', [...stub, command].join('\n')], { encoding: 'utf8' });
    const calls = stderr.split('\n\0').map((text) => text.split('\0').slice(0, -1));
    expect(calls.map((words) => words[1])).toEqual([
      ...Array(3).fill('https://example.test/mcp?tenant=<tenant>&key=<secret>'),
      undefined,
    ]);
    const [first, second, third] = calls.map((words) => ({ words, body: JSON.parse(words.at(-1) ?? 'null') }));
    expect(first?.body).toMatchObject({ method: 'initialize', params: { protocolVersion: '2025-06-18' } });
    expect(first?.words.join()).not.toContain('Mcp-Session-Id');
    expect(second?.body).toEqual({ jsonrpc: '2.0', method: 'notifications/initialized' });
    expect(third?.body).toMatchObject({ method: 'tools/call', params: { name: call.tool, arguments: { a: "it's" } } });
    for (const { words } of [second, third].filter((it) => it !== undefined)) {
      expect(words).toContain(`Mcp-Session-Id: ${session}`);
      expect(words).toContain('Authorization: <authorization>');
    }
  });

  it('is a curl command with placeholders for secrets, over HTTP only', () => {
    const command = copiedCall('curl', call) ?? '';
    const [program, url, ...rest] = words(command);
    expect([program, url]).toEqual(['curl', 'https://example.test/mcp?tenant=<tenant>&key=<secret>']);
    expect(rest).toContain('Authorization: <authorization>');
    expect(rest).toContain(`Mcp-Name: ${call.tool}`);
    expect(JSON.parse(rest.at(-1) ?? '').params.arguments).toEqual({ a: "it's", pass: '<pass>' });
    expect(copiedCall('curl', { ...call, server: snapshot() })).toBeUndefined();
    expect(canCurl(snapshot({ transport: 'http', address: 'unix:///a#/mcp' }))).toBe(false);
  });

  it('is one shell command with exactly its words, whatever names and values hold', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, (name, value) => {
        const tool = name.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '');
        const command =
          copiedCall('cli', { server: snapshot(), tool, args: { value }, secrets: secretsOf({}), cliPath }) ?? '';
        const [program, path, , server, called, , args, , config] = words(command);
        expect([program, path]).toEqual(['node', cliPath]);
        expect([server, called, config]).toEqual(['demo', tool, '/home/me/patchbay.json']);
        expect(JSON.parse(args ?? '')).toEqual({ value });
      }),
      { numRuns: 30 },
    );
  });

  it('lets nothing through that a terminal would act on', () => {
    const hostile = { ...call, tool: 'x\u001b[201~\nrm -rf /', args: { a: '\u001b\u202e\u2028' } };
    for (const format of ['cli', 'curl', 'typescript', 'jsonRpc'] as const) {
      expect(copiedCall(format, hostile)).not.toMatch(/[\p{Cf}\p{Zl}]|\nrm/u);
      expect(copiedCall(format, hostile)).not.toContain('\u001b');
    }
  });

  it('is TypeScript that calls the command', () => {
    const args = JSON.parse('{"__proto__": {"a": 1}, "text": "say \\"__proto__\\": 1"}');
    const code = copiedCall('typescript', { ...call, args }) ?? '';
    const literal = code.slice(code.indexOf(', {') + 2, code.lastIndexOf(');'));
    const target = new Function(`return ${literal}`)();
    expect(JSON.stringify(target)).toBe(JSON.stringify({ server: 'web', tool: call.tool, arguments: args, run: true }));
  });
});
