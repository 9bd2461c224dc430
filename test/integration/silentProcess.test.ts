import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../src/base/clock';
import { toDisposable } from '../../src/base/disposable';
import { nextEvent } from '../../src/base/event';
import { createHub, type Hub } from '../../src/core/index';
import { isAlive, testServer } from '../support/servers';

/** A minute goes by in two seconds, so that a heartbeat can be waited for. */
const SPEED = 30;
const fastClock: Clock = {
  now: () => Date.now() * SPEED,
  setTimeout: (callback, delayMs) => {
    const timer = setTimeout(callback, delayMs / SPEED);
    return toDisposable(() => clearTimeout(timer));
  },
};

let hub: Hub;
const stopped: number[] = [];

afterEach(async () => {
  await hub.close();
  for (const pid of stopped.splice(0)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
});

function open(flags: string[], more: object = {}): void {
  hub = createHub({
    config: {
      servers: {
        echo: {
          command: process.execPath,
          args: [testServer('echoServer.mjs'), ...flags],
          timeouts: { connectMs: 60_000 * SPEED, toolMs: 30_000 },
          retry: { initialDelayMs: 1000 },
          ...more,
        },
      },
    },
    ports: { clock: fastClock },
  });
}

const stop = (): number => {
  const pid = hub.server('echo')?.processId as number;
  process.kill(pid, 'SIGSTOP');
  stopped.push(pid);
  return pid;
};

describe.skipIf(process.platform === 'win32').each([
  ['legacy', []],
  ['modern', ['--modern']],
])('a %s process that is stopped without a word', (era, flags) => {
  it('is noticed, ended and started again', async () => {
    open(flags);
    await hub.connect('echo');
    expect(hub.server('echo')?.negotiated?.era).toBe(era);
    const lost = nextEvent(hub.onDidChangeServers, ({ state }) => state.kind === 'reconnecting');
    const back = nextEvent(
      hub.onDidChangeServers,
      ({ state, processId }) => state.kind === 'connected' && processId !== first,
    );
    const first = stop();
    expect((await lost).state).toMatchObject({
      error: { kind: 'timeout', message: expect.stringContaining('answers nothing any more') },
    });
    await back;
    await vi.waitFor(() => expect(isAlive(first)).toBe(false), { timeout: 10_000 });
    expect(await hub.callTool('echo', 'echo', { text: 'here' })).toMatchObject({ content: [{ text: 'here' }] });
  });

  it('is left to its call for as long as that may take', async () => {
    open(flags);
    await hub.connect('echo');
    const pid = stop();
    // Twice as long as it takes to notice an idle one.
    const call = hub.callTool('echo', 'echo', { text: 'late' }, { timeoutMs: 20 * 60_000 });
    const resumed = new Promise((resolve) => setTimeout(resolve, (2.5 * 60_000) / SPEED));
    await resumed;
    expect(hub.server('echo')).toMatchObject({ state: { kind: 'connected' }, processId: pid });
    process.kill(pid, 'SIGCONT');
    expect(await call).toMatchObject({ content: [{ text: 'late' }] });
  });
});
