import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConfigSource } from '../../../../src/core/config/definition';
import { NeedsInputError } from '../../../../src/core/connection/connection';
import { buildLaunch } from '../../../../src/core/connection/launch';
import { createNodePorts } from '../../../../src/core/nodePorts';
import type { Logger, Ports } from '../../../../src/core/ports';
import { createStdioTransport } from '../../../../src/core/transports/stdio';
import type { StdioLaunch } from '../../../../src/core/transports/transport';
import { createTestContext, Peer } from '../../../contract/transportHarness';
import { define } from '../config/support/definitions';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchbay-launch-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const HOST_ENV = {
  PATH: '/bin',
  HOME: '/home/me',
  SECRET_THING: 'inherited',
  LANG: 'C',
  Path_Other: 'x',
  GONE: undefined,
};

function ports(changes: Partial<Ports> = {}): Ports {
  return createNodePorts({
    env: HOST_ENV,
    workspace: { folders: () => [{ name: 'main', path: folder }], isTrusted: () => true },
    ...changes,
  });
}

async function launch(entry: object, changes: Partial<Ports> = {}, source?: ConfigSource): Promise<StdioLaunch> {
  const definition = define({ command: 'node', ...entry }, {}, source);
  expect(definition.problems).toEqual([]);
  return (await buildLaunch(definition, options(ports(changes)))) as StdioLaunch;
}

function options(given: Ports, onSecret: (value: string) => void = () => {}) {
  const signal = new AbortController().signal;
  const authenticate = () => undefined;
  return { ports: given, inputs: new Map<string, string>(), interactive: true, signal, authenticate, onSecret };
}

const envOf = async (entry: object, changes?: Partial<Ports>) => (await launch(entry, changes)).env;

describe('the environment of a stdio server', () => {
  it('is all that the host has, unless told otherwise', async () => {
    const { GONE: _, ...all } = HOST_ENV;
    expect(await envOf({})).toEqual(all);
  });

  it('is what a program needs to run with "safe", and nothing with "none"', async () => {
    expect(await envOf({ inheritEnv: 'safe' })).toEqual({ PATH: '/bin', HOME: '/home/me', LANG: 'C' });
    expect(await envOf({ inheritEnv: 'none' })).toEqual({});
  });

  it('knows the safe ones of Windows in any case', async () => {
    const env = { Path: 'C:\\bin', SystemRoot: 'C:\\Windows', ComSpec: 'cmd', APPDATA: 'a', npm_token: 'secret' };
    expect(await envOf({ inheritEnv: 'safe' }, { env })).toEqual({
      Path: 'C:\\bin',
      SystemRoot: 'C:\\Windows',
      ComSpec: 'cmd',
      APPDATA: 'a',
    });
  });

  it('takes the file over what is inherited and the entry over the file; null deletes, numbers are text', async () => {
    writeFileSync(join(folder, '.env'), 'HOME=/from/file\nFILE_ONLY=1\nBOTH=file\nPATH=/file/bin\n');
    const entry = {
      envFile: '.env',
      env: { BOTH: 'entry', FILE_ONLY: null, SECRET_THING: null, NUMBER: 5, EMPTY: '' },
    };
    expect(await envOf({ ...entry, inheritEnv: 'safe' })).toEqual({
      PATH: '/file/bin',
      HOME: '/from/file',
      LANG: 'C',
      BOTH: 'entry',
      NUMBER: '5',
      EMPTY: '',
    });
    expect(await envOf(entry)).not.toHaveProperty('SECRET_THING');
  });

  it('can put folders before PATH', async () => {
    expect((await envOf({ env: { PATH: '/mine:${env:PATH}' } })).PATH).toBe('/mine:/bin');
  });

  it('reads a file by its absolute path, and by variables', async () => {
    const file = join(folder, 'other.env');
    writeFileSync(file, 'A=1');
    expect(await envOf({ inheritEnv: 'none', envFile: file })).toEqual({ A: '1' });
    expect(await envOf({ inheritEnv: 'none', envFile: '${workspaceFolder}/other.env' })).toEqual({ A: '1' });
  });

  it('warns about lines that are no variable, and keeps their text out of the log', async () => {
    writeFileSync(join(folder, '.env'), 'A=1\nthis is hunter2\nB=2\n');
    const lines: string[] = [];
    const add = (line: string) => void lines.push(line);
    const log: Logger = { trace: add, debug: add, info: add, warn: add, error: add };
    expect(await envOf({ inheritEnv: 'none', envFile: '.env' }, { log })).toEqual({ A: '1', B: '2' });
    expect(lines).toEqual([expect.stringContaining('.env:2')]);
    expect(lines.join()).not.toContain('hunter2');
  });

  it('needs the file that is named', async () => {
    await expect(envOf({ envFile: 'missing.env' })).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining(join(folder, 'missing.env')),
      hint: 'Check "envFile".',
    });
  });

  it('is what the process really gets', async () => {
    writeFileSync(join(folder, '.env'), 'FROM_FILE="two\\nlines"\n');
    const script = 'process.stderr.write(JSON.stringify(process.env)); process.exit(1)';
    const built = await launch({
      command: process.execPath,
      args: ['-e', script],
      inheritEnv: 'none',
      envFile: '.env',
      env: { UMLAUT: 'ü=ß' },
    });
    const transport = createStdioTransport(built, createTestContext());
    const peer = new Peer(transport);
    await transport.start();
    await peer.closed.promise;
    expect(transport.closeError?.message).toContain(JSON.stringify({ FROM_FILE: 'two\nlines', UMLAUT: 'ü=ß' }));
    await transport.close();
  });
});

describe('secrets and inputs of a stdio server', () => {
  it('are filled in at the last moment, from where the host keeps them', async () => {
    const env = { PATCHBAY_SECRET_KEY: 's3cr3t', PATCHBAY_INPUT_CITY: 'Bern' };
    const inputs = [{ id: 'city', type: 'promptString', description: 'City' }];
    const definition = define(
      { command: 'node', inheritEnv: 'none', env: { K: '${secret:key}', C: '${input:city}' } },
      { inputs },
    );
    const secrets = new Set<string>();
    const built = await buildLaunch(
      definition,
      options(ports({ env }), (value) => secrets.add(value)),
    );
    expect(secrets).toEqual(new Set(['s3cr3t']));
    expect(built).toMatchObject({ env: { K: 's3cr3t', C: 'Bern' } });
  });

  it('are told of where a variable of the environment is named like one, wherever it comes from', async () => {
    const secrets = new Set<string>();
    const env = { PATH: '/bin', API_TOKEN: 'from-the-host' };
    await buildLaunch(
      define({ command: 'node', env: { DB_PASSWORD: 'written-down' } }, {}),
      options(ports({ env }), (value) => secrets.add(value)),
    );
    expect(secrets).toEqual(new Set(['from-the-host', 'written-down']));
  });

  it('are named where they are missing and nobody is there to ask', async () => {
    const error = await launch({ env: { K: '${secret:my-key}' } }).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(NeedsInputError);
    expect(error).toMatchObject({
      needed: { kind: 'value', names: ['${secret:my-key}'] },
      hint: 'Connect in VS Code to be asked for them; elsewhere set PATCHBAY_SECRET_MY_KEY.',
    });
  });
});

describe('the folder of a stdio server', () => {
  it('is the first of the workspace, or the home where there is none', async () => {
    expect((await launch({})).cwd).toBe(folder);
    const workspace = { folders: () => [], isTrusted: () => true };
    expect((await launch({}, { workspace, userHome: '/home/me' })).cwd).toBe('/home/me');
  });

  it('is the folder of the file for an entry of a workspace', async () => {
    const source = { kind: 'workspace', folder: 'w', folderPath: '/w', path: '/w/.vscode/patchbay.json' } as const;
    expect((await launch({}, {}, source)).cwd).toBe('/w');
    expect((await launch({ cwd: 'sub' }, {}, source)).cwd).toBe('/w/sub');
  });

  it('is what the entry says, from there', async () => {
    expect((await launch({ cwd: '/abs' })).cwd).toBe('/abs');
    expect((await launch({ cwd: '${workspaceFolder}/sub' })).cwd).toBe(join(folder, 'sub'));
  });
});

describe('the files of TLS', () => {
  const connect = (tls: object) =>
    buildLaunch(define({ url: 'https://mcp.test/', tls }), options(ports({ userHome: folder, workspace: NO_FOLDERS })));
  const NO_FOLDERS = { folders: () => [], isTrusted: () => true };

  it('are read whole', async () => {
    writeFileSync(join(folder, 'ca.pem'), 'the text');
    expect(await connect({ ca: 'ca.pem' })).toMatchObject({ tls: { ca: 'the text' } });
  });

  it.skipIf(process.platform === 'win32')('are no pipes and no devices', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const ca of ['pipe', '/dev/zero']) {
      await expect(connect({ ca })).rejects.toMatchObject({
        kind: 'config',
        message: 'The file of "tls.ca" cannot be read: it is not a file.',
      });
    }
  });

  it('hold up no attempt that was given up', async () => {
    const abort = new AbortController();
    const waiting = ports({ secrets: { ...ports().secrets, get: () => new Promise(() => {}) } });
    const entry = define({ url: 'https://mcp.test/', tls: { ca: '${secret:ca}' } });
    const launching = buildLaunch(entry, { ...options(waiting), signal: abort.signal });
    abort.abort();
    await expect(launching).rejects.toMatchObject({ kind: 'cancelled' });
  });
});
