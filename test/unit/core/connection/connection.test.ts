import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deferred } from '../../../../src/base/deferred';
import { PatchbayError } from '../../../../src/base/errors';
import {
  Connection,
  type ConnectionOptions,
  NeedsInputError,
  type OpenContext,
} from '../../../../src/core/connection/connection';
import type { ConnectionState } from '../../../../src/core/connection/state';
import { silentLogger } from '../../../../src/core/nodePorts';
import { FakeSession } from '../../../support/fakeSession';
import { ManualClock, settle } from '../../../support/manualClock';

const retry = {
  enabled: true,
  strategy: 'exponential',
  initialDelayMs: 1000,
  maxDelayMs: 60_000,
  factor: 2,
  jitter: 0,
  maxAttempts: 5,
  resetAfterMs: 60_000,
} as const;

const crash = new PatchbayError('connectionClosed', 'The process exited with code 1.', { retryable: true });

describe('Connection', () => {
  let clock: ManualClock;
  let sessions: FakeSession[];
  let open: (context: OpenContext) => Promise<FakeSession>;
  let states: ConnectionState[];
  let connection: Connection;

  function create(options: Partial<ConnectionOptions> = {}): Connection {
    const created = new Connection({
      open: (context) => open(context),
      retry: () => retry,
      describe: (error) => error as PatchbayError,
      logState: () => {},
      clock,
      random: () => 0.5,
      log: silentLogger(),
      enabled: true,
      ...options,
    });
    created.onDidChangeState((state) => states.push(state));
    return created;
  }

  const kinds = () => states.map(({ kind }) => kind);
  const lastSession = () => sessions.at(-1) as FakeSession;

  beforeEach(() => {
    clock = new ManualClock();
    sessions = [];
    states = [];
    open = async () => {
      const session = new FakeSession();
      sessions.push(session);
      return session;
    };
    connection = create();
  });

  afterEach(async () => {
    await connection.disconnect();
    connection.dispose();
    expect(clock.pending).toBe(0);
    for (const session of sessions) expect(session.isClosed).toBe(true);
  });

  it('connects and disconnects', async () => {
    await connection.connect(false);
    expect(connection.session).toBe(lastSession());
    await connection.disconnect();
    expect(kinds()).toEqual(['connecting', 'connected', 'disconnecting', 'disconnected']);
    expect(lastSession().closeCalls).toBe(1);
  });

  it('lets concurrent connects share one attempt', async () => {
    await Promise.all([connection.connect(false), connection.connect(true), connection.connect(false)]);
    expect(sessions).toHaveLength(1);
  });

  it('is an error at once when the first attempt fails, and says why', async () => {
    open = async () => {
      throw new PatchbayError('transport', 'Nothing is listening.', { hint: 'Start it.', retryable: true });
    };
    await expect(connection.connect(false)).rejects.toMatchObject({ kind: 'transport' });
    expect(connection.state).toEqual({
      kind: 'error',
      error: { kind: 'transport', message: 'Nothing is listening. Start it.', retryable: true },
    });
    await clock.advance(120_000);
    expect(kinds()).toEqual(['connecting', 'error']);
  });

  it('reconnects after a crash with growing delays, then gives up and names the cause', async () => {
    await connection.connect(false);
    open = async () => {
      throw crash;
    };
    lastSession().drop(crash);
    const delays: number[] = [];
    while (connection.state.kind === 'reconnecting') {
      const { nextAt } = connection.state;
      delays.push((nextAt ?? 0) - clock.now());
      await clock.advance(delays.at(-1) ?? 0);
    }
    expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000]);
    expect(connection.state).toMatchObject({
      kind: 'error',
      error: { message: 'Gave up after 5 attempts. The process exited with code 1.' },
    });
  });

  it('looks on for a host that is away without spending attempts, and counts again once it is reached', async () => {
    await connection.connect(false);
    const away = new PatchbayError('transport', 'The host was not found.', { code: 'ENOTFOUND', retryable: true });
    open = async () => {
      throw away;
    };
    lastSession().drop(crash);
    const pauses: number[] = [];
    for (let looks = 0; looks < 12; looks += 1) {
      const wait = connection.state.kind === 'reconnecting' ? (connection.state.nextAt ?? 0) - clock.now() : 0;
      pauses.push(wait);
      await clock.advance(wait);
      expect(connection.state).toMatchObject({ kind: 'reconnecting', cause: 'unreachable', attempt: 2 });
    }
    expect(pauses.slice(0, 8)).toEqual([1000, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000]);
    open = async () => {
      throw crash;
    };
    await clock.advance(60_000);
    expect(connection.state).toMatchObject({ kind: 'reconnecting', cause: 'failed', attempt: 2 });
  });

  it('is connected again after one good attempt, with a fresh session', async () => {
    await connection.connect(false);
    const [first] = sessions;
    first?.drop(crash);
    expect(connection.session).toBeUndefined();
    expect(connection.state).toMatchObject({ kind: 'reconnecting', cause: 'failed', attempt: 1, maxAttempts: 5 });
    await clock.advance(1000);
    expect(connection.state.kind).toBe('connected');
    expect(connection.session).not.toBe(first);
  });

  it('gives all attempts back only after a stable minute', async () => {
    await connection.connect(false);
    lastSession().drop(crash);
    await clock.advance(1000);
    await clock.advance(59_000);
    lastSession().drop(crash);
    expect(connection.state).toMatchObject({ kind: 'reconnecting', cause: 'failed', attempt: 2 });
    await clock.advance(2000);
    await clock.advance(60_000);
    lastSession().drop(crash);
    expect(connection.state).toMatchObject({ kind: 'reconnecting', cause: 'failed', attempt: 1 });
  });

  it('does not retry what waiting cannot heal', async () => {
    await connection.connect(false);
    lastSession().drop(new PatchbayError('config', 'The command is gone.'));
    expect(connection.state.kind).toBe('error');
  });

  it('asks for a sign-in, and for nothing else, where the credentials were refused', async () => {
    await connection.connect(false);
    lastSession().drop(new PatchbayError('auth', 'The token was refused.'));
    expect(connection.state).toMatchObject({ kind: 'authRequired', error: { message: 'The token was refused.' } });
    await clock.advance(120_000);
    expect(sessions).toHaveLength(1);
    await connection.connect(true);
    expect(connection.state.kind).toBe('connected');
  });

  it('does not retry where retrying is switched off', async () => {
    connection.dispose();
    connection = create({ retry: () => ({ ...retry, enabled: false }) });
    await connection.connect(false);
    lastSession().drop(crash);
    expect(connection.state.kind).toBe('error');
  });

  it('starts the next attempt at once when asked, and when a person connects', async () => {
    await connection.connect(false);
    lastSession().drop(crash);
    connection.retryNow();
    await settle();
    expect(connection.state.kind).toBe('connected');
    lastSession().drop(crash);
    await connection.connect(true);
    expect(sessions).toHaveLength(3);
  });

  it('lets others wait for the attempt that is scheduled, so that they spend none', async () => {
    await connection.connect(false);
    lastSession().drop(crash);
    const waiting = [connection.connect(false), connection.connect(false)];
    await settle();
    expect(connection.state).toMatchObject({ kind: 'reconnecting', cause: 'failed', attempt: 1 });
    await clock.advance(1000);
    await Promise.all(waiting);
    expect(sessions).toHaveLength(2);
  });

  it('ends the wait of others with the disconnect', async () => {
    await connection.connect(false);
    lastSession().drop(crash);
    const waiting = expect(connection.connect(false)).rejects.toMatchObject({ kind: 'cancelled' });
    await settle();
    await connection.disconnect();
    await waiting;
  });

  it('tries once more after giving up when asked to retry', async () => {
    open = async () => {
      throw crash;
    };
    await expect(connection.connect(false)).rejects.toBe(crash);
    open = async () => {
      const session = new FakeSession();
      sessions.push(session);
      return session;
    };
    connection.retryNow();
    await settle();
    expect(connection.state.kind).toBe('connected');
  });

  it('pauses between restarts whatever the configuration says', async () => {
    connection.dispose();
    connection = create({ retry: () => ({ ...retry, initialDelayMs: 0, maxDelayMs: 0, maxAttempts: 0 }) });
    await connection.connect(false);
    lastSession().drop(crash);
    await clock.advance(100);
    expect(sessions).toHaveLength(1);
    await clock.advance(200);
    expect(sessions).toHaveLength(2);
  });

  it('waits as long as the server asked for', async () => {
    await connection.connect(false);
    lastSession().drop(new PatchbayError('limit', 'Too many requests.', { retryable: true, retryAfterMs: 9000 }));
    expect(connection.state).toMatchObject({ kind: 'reconnecting', nextAt: clock.now() + 9000 });
  });

  it('gives the last word to the last disconnect', async () => {
    const closing = deferred<void>();
    await connection.connect(false);
    const session = lastSession();
    const close = session.close.bind(session);
    session.close = async () => {
      await closing.promise;
      await close();
    };
    void connection.disconnect();
    const refused = expect(connection.connect(false)).rejects.toMatchObject({ kind: 'cancelled' });
    const last = connection.disconnect();
    closing.resolve();
    await last;
    await refused;
    expect(connection.state.kind).toBe('disconnected');
    expect(sessions).toHaveLength(1);
  });

  it('connects right after retrying was stopped in the middle of an attempt', async () => {
    await connection.connect(false);
    const cleanUp = deferred<void>();
    open = async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await cleanUp.promise;
      throw signal.reason;
    };
    lastSession().drop(crash);
    await clock.advance(1000);
    connection.stopRetrying();
    open = async () => {
      const session = new FakeSession();
      sessions.push(session);
      return session;
    };
    const connecting = connection.connect(true);
    cleanUp.resolve();
    await connecting;
    expect(connection.state.kind).toBe('connected');
  });

  it('starts nothing any more once it has ended', async () => {
    await connection.connect(false);
    const ending = connection.end();
    await expect(connection.connect(true)).rejects.toMatchObject({ kind: 'cancelled' });
    await ending;
    await expect(connection.connect(true)).rejects.toMatchObject({ kind: 'cancelled' });
    expect(sessions).toHaveLength(1);
  });

  it('says why a session closed that never came to be used', async () => {
    open = async () => {
      const session = new FakeSession();
      session.drop(crash);
      sessions.push(session);
      return session;
    };
    await expect(connection.connect(false)).rejects.toBe(crash);
  });

  it('stops retrying when asked and keeps the cause', async () => {
    await connection.connect(false);
    lastSession().drop(crash);
    connection.stopRetrying();
    expect(connection.state).toMatchObject({ kind: 'error', error: { message: 'The process exited with code 1.' } });
    await clock.advance(120_000);
    expect(sessions).toHaveLength(1);
  });

  it('drops and closes a session that arrives after the disconnect', async () => {
    const late = deferred<FakeSession>();
    open = () => late.promise;
    const connecting = connection.connect(false);
    const failed = expect(connecting).rejects.toMatchObject({ kind: 'cancelled' });
    await settle();
    const disconnecting = connection.disconnect();
    const session = new FakeSession();
    sessions.push(session);
    late.resolve(session);
    await disconnecting;
    await failed;
    expect(session.isClosed).toBe(true);
    expect(connection.state.kind).toBe('disconnected');
  });

  it('shows what it needs when nobody is there to ask, and asks the person who joins', async () => {
    const asked: boolean[] = [];
    open = async ({ interactive }) => {
      asked.push(interactive);
      if (!interactive) throw new NeedsInputError({ kind: 'value', names: ['x'] }, 'Values are missing.', 'Connect.');
      const session = new FakeSession();
      sessions.push(session);
      return session;
    };
    await expect(connection.connect(false)).rejects.toMatchObject({ kind: 'config' });
    expect(connection.state).toEqual({ kind: 'needsInput', needed: { kind: 'value', names: ['x'] } });
    const background = connection.connect(false).catch(() => {});
    await connection.connect(true);
    await background;
    expect(asked).toEqual([false, false, true]);
    expect(connection.state.kind).toBe('connected');
  });

  it('does not connect a disabled server', async () => {
    connection.dispose();
    connection = create({ enabled: false });
    await expect(connection.connect(true)).rejects.toMatchObject({ kind: 'config' });
    expect(connection.state.kind).toBe('disabled');
  });
});
