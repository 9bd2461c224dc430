import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { canCurl, copiedCall } from '../../../../src/vscode/panels/copyAs';
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
  const call = { server: WEB, tool: 'it\'s "x"', args: { a: "it's", pass: 'hunter2' }, inputSchema: schema };

  it('is a JSON-RPC request', () => {
    const request = JSON.parse(copiedCall('jsonRpc', call) ?? '');
    expect(request).toMatchObject({
      method: 'tools/call',
      params: { name: call.tool, arguments: { a: "it's", pass: '<pass>' }, _meta: {} },
    });
    const negotiated = { era: 'legacy', protocolVersion: '2025-06-18', capabilities: [] } as const;
    const legacy = { ...call, server: { ...WEB, negotiated } };
    expect(copiedCall('jsonRpc', legacy)).not.toContain('_meta');
    expect(copiedCall('curl', legacy)).toContain('Mcp-Session-Id: <session>');
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
        const command = copiedCall('cli', { server: snapshot(), tool, args: { value }, inputSchema: {} }) ?? '';
        const [, , , server, called, , args, , config] = words(command);
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
