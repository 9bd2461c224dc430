import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../../../src/cli/options';
import { canCurl, copiedCall } from '../../../../src/vscode/panels/copyAs';
import { secretsOf } from '../../../../src/vscode/panels/secretArguments';
import { shellOf } from '../../../../src/vscode/panels/shellWords';
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

/** The words of a line of PowerShell, which takes four characters for single quotes; a doubled one is itself. */
function powerShellWords(line: string): string[] {
  const words: string[] = [];
  const word =
    /\s*(?:['\u2018-\u201b]((?:[^'\u2018-\u201b]|['\u2018-\u201b]{2})*)['\u2018-\u201b](?=\s|$)|(\||[\w./:\\-]+)(?=\s|$))/y;
  while (word.lastIndex < line.length) {
    const [, text, bare] = word.exec(line) ?? [];
    if (text === undefined && bare === undefined) throw new Error(`Not read: ${line.slice(words.join(' ').length)}`);
    words.push(bare ?? text?.replace(/(['\u2018-\u201b])['\u2018-\u201b]/g, '$1') ?? '');
  }
  return words;
}

describe('a call as text for other programs', () => {
  const schema = { properties: { pass: { format: 'password' } } };
  const shell = shellOf('linux');
  const cliPath = "/home/me/my extensions/it's/dist/cli.cjs";
  const call = {
    server: WEB,
    tool: 'it\'s "x"',
    args: { a: "it's", pass: 'hunter2' },
    secrets: secretsOf(schema),
    cliPath,
    shell,
  };

  it('is a JSON-RPC request', () => {
    const request = JSON.parse(copiedCall('jsonRpc', call));
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
    const command = copiedCall('curl', { ...call, server: { ...WEB, negotiated } });
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
    const command = copiedCall('curl', call);
    const [program, glob, url, ...rest] = words(command);
    expect([program, glob, url]).toEqual(['curl', '-g', 'https://example.test/mcp?tenant=<tenant>&key=<secret>']);
    expect(rest).toContain('Authorization: <authorization>');
    expect(rest).toContain(`Mcp-Name: ${call.tool}`);
    expect(JSON.parse(rest.at(-1) ?? '').params.arguments).toEqual({ a: "it's", pass: '<pass>' });
    expect(() => copiedCall('curl', { ...call, server: snapshot() })).toThrow('it has no URL');
    expect(words(copiedCall('curl', { ...call, tool: 'täst' }))).toContain('Mcp-Name: =?base64?dMOkc3Q=?=');
    expect(canCurl(snapshot({ transport: 'http', address: 'unix:///a#/mcp' }))).toBe(false);
  });

  it('is one shell command with exactly its words, whatever names and values hold', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, (name, value) => {
        const tool = name.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '').replace(/^-+/, '');
        const command = copiedCall('cli', {
          server: snapshot(),
          tool,
          args: { value },
          secrets: secretsOf({}),
          cliPath,
          shell,
        });
        const [program, path, , server, called, , args, , config] = words(command);
        expect([program, path]).toEqual(['node', cliPath]);
        expect([server, called, config]).toEqual(['demo', tool, '/home/me/patchbay.json']);
        expect(JSON.parse(args ?? '')).toEqual({ value });
      }),
      { numRuns: 30 },
    );
  });

  it('names no option of the program, whatever a tool is called', () => {
    for (const tool of ['--config=evil.json', '-h', '--']) {
      const command = copiedCall('cli', { ...call, server: snapshot(), tool });
      const { words: named, origin } = parseOptions(words(command).slice(2));
      expect(named).toEqual(['call', 'demo', tool]);
      expect(origin).toEqual({ kind: 'config', file: '/home/me/patchbay.json' });
      const source = { kind: 'api' } as never;
      expect(() => copiedCall('cli', { ...call, server: snapshot({ source }), tool })).toThrow(/for an option/);
    }
  });

  describe('for PowerShell', () => {
    const windows = { ...call, tool: "it's", cliPath: "C:\\Users\\me\\it's\\cli.cjs", shell: shellOf('win32') };

    it('is a pipeline in which no text is more than a text', () => {
      const text = fc.string({
        unit: fc.oneof(fc.constantFrom("'", '\u2019', '\u201a', ';', '&', '$', '`', ' '), fc.string()),
      });
      fc.assert(
        fc.property(text, text, (name, value) => {
          const tool = `t${name.replace(/[\p{Cc}\p{Zl}\p{Zp}"]/gu, '')}.`;
          const command = copiedCall('cli', { ...windows, server: snapshot(), tool, args: { value } });
          const [json = '', ...rest] = powerShellWords(command);
          expect(JSON.parse(json)).toEqual({ value });
          const config = ['--config', '/home/me/patchbay.json'];
          expect(rest).toEqual(['|', 'node', windows.cliPath, 'call', 'demo', tool, '--args-file', '-', ...config]);
        }),
      );
    });

    it('gives curl its body as ASCII', () => {
      const command = copiedCall('curl', { ...windows, args: { a: "’;calc;' ä" } });
      expect(command).not.toMatch(/[^\x20-\x7e\n]/);
      const [json = '', pipe, program, glob] = powerShellWords(command.replaceAll('`\n', ''));
      expect(JSON.parse(json).params.arguments).toEqual({ a: "’;calc;' ä" });
      expect([pipe, program, glob]).toEqual(['|', 'curl.exe', '-g']);
    });

    it('is refused where a name would not arrive as it is', () => {
      for (const tool of ['', 'a"b', 'a\\']) {
        expect(() => copiedCall('cli', { ...windows, tool })).toThrow(/cannot hand a name/);
      }
      const negotiated = { era: 'legacy', protocolVersion: '2025-06-18', capabilities: [] } as const;
      expect(() => copiedCall('curl', { ...windows, server: { ...WEB, negotiated } })).toThrow(/session/);
    });
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
    const code = copiedCall('typescript', { ...call, args });
    const literal = code.slice(code.indexOf(', {') + 2, code.lastIndexOf(');'));
    const target = new Function(`return ${literal}`)();
    expect(JSON.stringify(target)).toBe(JSON.stringify({ server: 'web', tool: call.tool, arguments: args, run: true }));
  });
});
