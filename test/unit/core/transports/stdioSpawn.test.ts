import { describe, expect, it } from 'vitest';
import { buildSpawnCommand, describeSpawnError } from '../../../../src/core/transports/stdioSpawn';
import type { StdioLaunch } from '../../../../src/core/transports/transport';

const launch = (command: string, args: readonly string[] = [], env: Record<string, string> = {}): StdioLaunch => ({
  transport: 'stdio',
  command,
  args,
  cwd: undefined,
  env,
  shutdownGraceMs: 1000,
  maxMessageBytes: 1000,
});

const WINDOWS_ENV = {
  Path: 'relative;C:\\Tools;"C:\\Program Files\\nodejs"',
  PATHEXT: '.COM;.EXE;.BAT;.CMD',
  SYSTEMROOT: 'D:\\Win',
};
const NPX = 'C:\\Program Files\\nodejs\\npx.cmd';
const onlyFile = (file: string) => (path: string) => path.toLowerCase() === file.toLowerCase();

describe('buildSpawnCommand on POSIX', () => {
  it('takes command and arguments as they are, in a process group of their own, without a shell', () => {
    const args = ['a b', '"', '$(x)', ''];
    const built = buildSpawnCommand(launch('npx', args, { A: '1' }), 'linux', () => true);
    expect(built).toMatchObject({ file: 'npx', args, options: { detached: true, env: { A: '1' } } });
    expect(built.options.shell).toBeUndefined();
  });
});

describe('buildSpawnCommand on Windows', () => {
  const build = (command: string, args: readonly string[], file: string) =>
    buildSpawnCommand(launch(command, args, WINDOWS_ENV), 'win32', onlyFile(file));
  const lineOf = (args: readonly string[]) => build('npx', args, NPX).args.at(-1);

  it('starts programs directly, with hidden windows', () => {
    const built = build('node', ['a b'], 'C:\\Tools\\node.exe');
    expect(built).toMatchObject({
      file: 'C:\\Tools\\node.exe',
      args: ['a b'],
      options: { windowsHide: true, detached: false },
    });
    expect(built.options.windowsVerbatimArguments).toBeUndefined();
  });

  it('sends batch files through cmd.exe of the system folder', () => {
    const built = build('npx', ['-y', 'pkg'], NPX);
    expect(built).toMatchObject({
      file: 'D:\\Win\\System32\\cmd.exe',
      args: ['/d', '/e:ON', '/v:OFF', '/s', '/c', `""${NPX}" "-y" "pkg""`],
      options: { windowsVerbatimArguments: true },
    });
    expect(built.options.shell).toBeUndefined();
  });

  it.each([
    ['a b', '"a b"'],
    ['', '""'],
    ['x&calc', '"x&calc"'],
    ['"&calc&"', '"""&calc&"""'],
    ['a\\', '"a\\\\"'],
    ['a\\"b', '"a\\\\""b"'],
    ['%PATH%', '"%%cd:~,%PATH%%cd:~,%"'],
    ['^|<>!', '"^|<>!"'],
  ])('quotes %j so that it stays one argument', (argument, quoted) => {
    expect(lineOf([argument])).toBe(`""${NPX}" ${quoted}"`);
  });

  it('keeps quotes in pairs, so that nothing of an argument stands outside of them', () => {
    for (const argument of ['"', '""', 'a"b"c', '\\"', '&"&"&']) {
      expect((lineOf([argument])?.match(/"/g) ?? []).length % 2).toBe(0);
    }
  });

  it('refuses line breaks, which no quoting can carry', () => {
    for (const argument of ['a\nb', 'a\rb', 'a\0b']) {
      expect(() => build('npx', [argument], NPX)).toThrow(/cannot be passed to a Windows batch file/);
    }
  });

  it('finds batch files by full path and relative to the working directory', () => {
    expect(build('C:\\x\\run.CMD', [], 'C:\\x\\run.CMD').args.at(-1)).toBe('""C:\\x\\run.CMD""');
    const relative = { ...launch('.\\run', [], WINDOWS_ENV), cwd: 'C:\\work' };
    const built = buildSpawnCommand(relative, 'win32', onlyFile('C:\\work\\run.bat'));
    expect(built.args.at(-1)).toBe('""C:\\work\\run.bat""');
  });

  it('leaves an unknown command to the system, which says that it is not there', () => {
    expect(build('nothing', [], 'C:\\else').file).toBe('nothing');
  });
});

describe('describeSpawnError', () => {
  const error = (code: string) => Object.assign(new Error(`spawn x ${code}`), { code });

  it.each([
    ['npx', 'Install Node.js, or check PATH.'],
    ['uvx', 'Install uv (docs.astral.sh/uv), or check PATH.'],
    ['docker', 'Install docker and start it, or check PATH.'],
    ['my-server', 'Check the spelling, install it, or check PATH.'],
  ])('names what to install for %s', (command, hint) => {
    const described = describeSpawnError(error('ENOENT'), launch(command), () => false);
    expect(described).toMatchObject({
      kind: 'config',
      message: `Command not found: ${command}`,
      hint,
      retryable: false,
    });
  });

  it('tells a missing interpreter from a missing file', () => {
    expect(describeSpawnError(error('ENOENT'), launch('/x/run.py'), () => true).message).toMatch(/interpreter/);
  });

  it('names files without the right to run, and trouble that passes', () => {
    expect(describeSpawnError(error('EACCES'), launch('/x'), () => true)).toMatchObject({
      message: 'Not executable: /x',
    });
    expect(describeSpawnError(error('EAGAIN'), launch('/x'), () => true)).toMatchObject({
      kind: 'transport',
      retryable: true,
    });
  });
});
