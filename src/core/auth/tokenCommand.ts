import type { Readable } from 'node:stream';
import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import { type ErrorKind, PatchbayError, toError } from '../../base/errors';
import type { Authenticator, AuthRefusal } from '../transports/transport';
import { quote } from './authErrors';
import { SingleFlight } from './singleFlight';
import { bearerHeaders, refusedError } from './staticCredentials';

const TIME_LIMIT_MS = 30_000;
/** For output that is on its way when the program is over. */
const DRAIN_MS = 200;
const MAX_OUTPUT_BYTES = 64 * 1024;
const MAX_STDERR_CHARS = 2000;

/** The members of a child process that are used here. */
export interface RunningProgram {
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  once(event: 'error', listener: (error: Error) => void): unknown;
  /** `exit`: the program is over; `close`: its output is, too, which what it left running may hold open. */
  once(event: 'exit' | 'close', listener: (code: number | null, signal: string | null) => void): unknown;
  /** Ends it at once, with what it started. */
  kill(): unknown;
}

/** Starts a program without a shell: stdin closed, stdout and stderr piped. */
export type SpawnProgram = (command: string, args: readonly string[]) => RunningProgram;

export interface TokenCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * A bearer token from a program: run when the first request needs it, kept until the server refuses it, then run once
 * more. The token is never part of an error or a log line.
 */
export function tokenCommandAuthenticator(program: TokenCommand, spawn: SpawnProgram, clock: Clock): Authenticator {
  const flight = new SingleFlight();
  let token: string | undefined;
  const run = (signal?: AbortSignal) =>
    flight.run(
      'run',
      async (inner) => {
        token = await readToken(program, spawn, clock, inner);
        return token;
      },
      signal,
    );
  return {
    headers: async (_request, signal) => bearerHeaders(token ?? (await run(signal))),
    async onRefused(refusal: AuthRefusal, signal) {
      if (refusal.status === 403) return false;
      const isSent = (value: string | undefined) =>
        value !== undefined && bearerHeaders(value).authorization === refusal.sent.authorization;
      // Another request got a token meanwhile.
      if (token !== undefined && !isSent(token)) return true;
      if (!isSent(await run(signal))) return true;
      throw refusedError(refusal, `the token that "${quote(program.command)}" prints`, CHECK_TOKEN);
    },
  };
}

function readToken(
  { command, args }: TokenCommand,
  spawn: SpawnProgram,
  clock: Clock,
  signal: AbortSignal,
): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    const name = quote(command);
    const fail = (message: string, kind: ErrorKind = 'auth') =>
      settle(() => reject(new PatchbayError(kind, message, { hint: CHECK, retryable: kind !== 'auth' })));
    let child: RunningProgram;
    try {
      child = spawn(command, args);
    } catch (error) {
      reject(cannotStart(name, error));
      return;
    }
    let output = Buffer.alloc(0);
    let stderr = '';
    let isOver = false;
    let timer: Disposable | undefined;
    const onAbort = () => settle(() => reject(signal.reason));
    const settle = (finish: () => void) => {
      timer?.dispose();
      signal.removeEventListener('abort', onAbort);
      if (!isOver) child.kill();
      // A helper that the program left running, such as one that keeps a login, may hold them open.
      child.stdout?.destroy();
      child.stderr?.destroy();
      finish();
    };
    timer = clock.setTimeout(
      () => fail(`"${name}" printed no token within ${TIME_LIMIT_MS / 1000} s.${tail(stderr)}`, 'timeout'),
      TIME_LIMIT_MS,
    );
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    child.stdout?.on('data', (part: Buffer) => {
      output = Buffer.concat([output, part]);
      if (output.length > MAX_OUTPUT_BYTES) fail(`"${name}" printed more than a token.`);
    });
    child.stderr?.on('data', (part: Buffer) => {
      stderr = (stderr + part.toString('utf8')).slice(-MAX_STDERR_CHARS);
    });
    child.once('error', (error) => settle(() => reject(cannotStart(name, error))));
    const onEnd = (code: number | null, killedBy: string | null) => {
      const token = output.toString('utf8').trim();
      // What such programs ask over the network may be there again later.
      if (code !== 0) fail(`"${name}" ended with ${code ?? killedBy}.${tail(stderr)}`, 'transport');
      else if (token === '') fail(`"${name}" printed no token.${tail(stderr)}`);
      else settle(() => resolve(token));
    };
    child.once('exit', (code, killedBy) => {
      isOver = true;
      timer?.dispose();
      timer = clock.setTimeout(() => onEnd(code, killedBy), DRAIN_MS);
    });
    child.once('close', (code, killedBy) => {
      isOver = true;
      onEnd(code, killedBy);
    });
  });
}

const CHECK_TOKEN = 'Run its command in a terminal and see whether it prints a good token.';
const CHECK = 'Run the command of "auth" in a terminal and correct it.';

function cannotStart(name: string, error: unknown): PatchbayError {
  const { code } = toError(error) as NodeJS.ErrnoException;
  return new PatchbayError(
    'auth',
    `"${name}" for the token cannot be started (${code ?? quote(toError(error).message)}).`,
    {
      hint: 'Check "auth.command" and PATH.',
      cause: error,
    },
  );
}

function tail(stderr: string): string {
  const line = quote(stderr.slice(-200));
  return line === '' ? '' : ` It said: ${line}`;
}
