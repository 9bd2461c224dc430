import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createSystemClock } from '../../../../src/base/clock';
import { tokenCommandAuthenticator } from '../../../../src/core/auth/tokenCommand';
import { startProgram } from '../../../../src/core/transports/stdioProgram';
import { ManualClock, settle } from '../../../support/manualClock';

const REQUEST = { method: 'POST', url: 'https://srv.example/mcp' };

/** A program that does what the test says. */
function fakeProgram() {
  const clock = new ManualClock();
  const child = Object.assign(new EventEmitter(), {
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    kills: 0,
    kill() {
      this.kills++;
    },
  });
  const auth = tokenCommandAuthenticator({ command: 'print-token', args: [] }, () => child, clock);
  return { clock, child, headers: (signal?: AbortSignal) => auth.headers(REQUEST, signal) };
}

describe('a program that prints a token', () => {
  it.skipIf(process.platform === 'win32')('may leave a child running that holds its output open', async () => {
    const auth = tokenCommandAuthenticator(
      { command: 'sh', args: ['-c', 'sleep 30 & echo $!'] },
      (command, args) => startProgram(command, args, { cwd: undefined, env: { PATH: process.env.PATH ?? '' } }),
      createSystemClock(),
    );
    const { authorization = '' } = await auth.headers(REQUEST);
    // It lives on: some keep a login.
    expect(process.kill(Number(authorization.replace('Bearer ', '')))).toBe(true);
  });

  it('is heard to the end of its output', async () => {
    const { clock, child, headers } = fakeProgram();
    const asked = headers();
    await settle();
    child.stdout.write('one');
    child.emit('exit', 0, null);
    await clock.advance(100);
    child.stdout.write('-two');
    await clock.advance(100);
    expect(await asked).toEqual({ authorization: 'Bearer one-two' });
    expect(child.kills).toBe(0);
    expect(child.stdout.destroyed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('is ended where it takes too long, and may be asked again', async () => {
    const { clock, child, headers } = fakeProgram();
    const asked = expect(headers()).rejects.toMatchObject({ kind: 'timeout', retryable: true });
    await settle();
    await clock.advance(30_000);
    await asked;
    expect(child.kills).toBe(1);
  });

  it('is ended with the request that asked for it', async () => {
    const { clock, child, headers } = fakeProgram();
    const abort = new AbortController();
    const asked = expect(headers(abort.signal)).rejects.toMatchObject({ kind: 'cancelled' });
    await settle();
    abort.abort();
    await asked;
    expect(child.kills).toBe(1);
    expect(clock.pending).toBe(0);
  });
});
