import { type ChildProcess, spawn as nodeSpawn } from 'node:child_process';
import { statSync } from 'node:fs';
import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { type Deferred, deferred } from '../../base/deferred';
import type { Disposable } from '../../base/disposable';
import { PatchbayError } from '../../base/errors';
import { excerpt, readBatch } from './jsonRpc';
import { overLimitAnswer, overLimitError } from './receivedText';
import { StderrTail } from './stderrTail';
import { LineFramer } from './stdioFraming';
import { ProcessTree, type Spawn } from './stdioProcessTree';
import { ShutdownLadder } from './stdioShutdown';
import { buildSpawnCommand, describeSpawnError } from './stdioSpawn';
import type { ProcessGuard, ProcessWard } from './stdioWatchdog';
import { LineWriter } from './stdioWriter';
import type { McpTransport, StdioLaunch, TransportContext } from './transport';

/** How long pipes that outlive the process, or a process that outlives its pipes, are waited for. */
const DRAIN_MS = 250;
/** How many of the last stderr lines an error quotes. */
const QUOTED_STDERR_LINES = 3;

export interface StdioDependencies {
  readonly spawn?: Spawn;
  readonly platform?: NodeJS.Platform;
  /** Ends the processes where this one is killed. Default: nobody does. */
  readonly guard?: ProcessGuard;
}

/** A server as a child process: one JSON-RPC message per line on stdin and stdout (MCP 2026-07-28, transports/stdio). */
export function createStdioTransport(
  launch: StdioLaunch,
  context: TransportContext,
  dependencies: StdioDependencies = {},
): McpTransport {
  return new StdioTransport(
    launch,
    context,
    dependencies.spawn ?? nodeSpawn,
    dependencies.platform ?? process.platform,
    dependencies.guard,
  );
}

class StdioTransport implements McpTransport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: McpTransport['onmessage'];
  closeError: PatchbayError | undefined;

  readonly #launch: StdioLaunch;
  readonly #context: TransportContext;
  readonly #spawn: Spawn;
  readonly #platform: NodeJS.Platform;
  readonly #guard: ProcessGuard | undefined;
  readonly #framer: LineFramer;
  readonly #stderr: StderrTail;
  readonly #ladder: ShutdownLadder;
  /** Settles when no process is left. */
  readonly #gone: Deferred<void> = deferred();
  #phase: 'idle' | 'starting' | 'open' | 'closed' = 'idle';
  #child: ChildProcess | undefined;
  #tree: ProcessTree | undefined;
  #writer: LineWriter | undefined;
  #exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null } | undefined;
  #drainTimer: Disposable | undefined;
  #openPipes = 0;
  /** Whether the process left others of its group behind. */
  #survivors = false;

  constructor(
    launch: StdioLaunch,
    context: TransportContext,
    spawn: Spawn,
    platform: NodeJS.Platform,
    guard: ProcessGuard | undefined,
  ) {
    this.#launch = launch;
    this.#context = context;
    this.#spawn = spawn;
    this.#platform = platform;
    this.#guard = guard;
    this.#framer = new LineFramer(launch.maxMessageBytes, {
      onLine: (line) => this.#onLine(line),
      onTooLong: (head) => this.#onTooLong(head),
    });
    this.#stderr = new StderrTail((line) => context.log.info(`[stderr] ${line}`), context.clock);
    const target = {
      endInput: () => this.#writer?.end(closedError()),
      terminate: () => this.#tree?.terminate() ?? false,
      kill: () => this.#tree?.kill(),
      giveUp: () => {
        context.log.warn(`Process ${this.#child?.pid} did not end after it was killed`);
        this.#gone.resolve();
      },
    };
    this.#ladder = new ShutdownLadder(target, context.clock, launch.shutdownGraceMs);
  }

  /** Present together with `pid` so that the SDK applies its rules for stdio (silence means an older server). */
  get stderr(): null {
    return null;
  }

  get pid(): number | null {
    return this.processId ?? null;
  }

  get processId(): number | undefined {
    return this.#exit ? undefined : this.#child?.pid;
  }

  async start(): Promise<void> {
    if (this.#phase === 'closed') throw closedError();
    if (this.#phase !== 'idle') throw new PatchbayError('transport', 'This transport was started before.');
    this.#phase = 'starting';
    try {
      await this.#launchProcess();
    } catch (error) {
      this.#exit ??= { code: null, signal: null };
      this.#gone.resolve();
      throw error;
    }
    if (this.#isClosed()) {
      this.#ladder.stop();
      throw closedError();
    }
    this.#phase = 'open';
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#phase === 'closed') throw this.closeError ?? closedError();
    if (!this.#writer || this.#phase !== 'open') throw new PatchbayError('transport', 'The server is not started.');
    await this.#writer.write(toLine(message));
  }

  close(): Promise<void> {
    if (this.#phase === 'idle') this.#gone.resolve();
    // While the process is being spawned there is nothing to stop yet: `start` does it.
    if (this.#child && this.#phase !== 'starting') this.#ladder.stop();
    this.#settle(undefined);
    return this.#gone.promise;
  }

  killNow(): void {
    if (!this.#gone.isSettled) this.#tree?.kill();
  }

  #isClosed(): boolean {
    return this.#phase === 'closed';
  }

  async #launchProcess(): Promise<void> {
    const { cwd } = this.#launch;
    if (cwd !== undefined && !isDirectory(cwd)) {
      throw new PatchbayError('config', `Working directory does not exist: ${cwd}`, {
        hint: 'Correct "cwd" in the server entry, or create the folder.',
      });
    }
    const { file, args, options } = buildSpawnCommand(this.#launch, this.#platform, isFile);
    const ward = this.#guard?.open();
    if (ward) void this.#gone.promise.then(() => ward.dispose());
    let child: ChildProcess;
    try {
      child = this.#spawn(file, [...args], options);
    } catch (error) {
      throw describeSpawnError(error, this.#launch, isFile);
    }
    this.#child = child;
    const spawned = deferred<void>();
    child.once('spawn', () => spawned.resolve());
    child.on('error', (error) => {
      if (spawned.isSettled) this.#report(new PatchbayError('transport', error.message, { cause: error }));
      else spawned.reject(describeSpawnError(error, this.#launch, isFile));
    });
    child.once('exit', (code, signal) => this.#onExit(code, signal));
    this.#attach(child, ward);
    await spawned.promise;
  }

  #attach(child: ChildProcess, ward: ProcessWard | undefined): void {
    const { stdin, stdout, stderr } = child;
    if (child.pid === undefined || !stdin || !stdout || !stderr) return;
    ward?.watch(child.pid);
    this.#tree = new ProcessTree(child.pid, this.#platform, this.#spawn);
    this.#writer = new LineWriter(stdin, this.#context.clock);
    stdin.on('error', (error) => this.#onPipeLost('input', error));
    stdout.on('data', (chunk: Buffer) => this.#framer.push(chunk));
    stderr.on('data', (chunk: Buffer) => this.#stderr.push(chunk));
    stdout.on('error', () => {});
    stderr.on('error', () => {});
    stdout.once('close', () => this.#onPipeLost('output'));
    this.#openPipes = 2;
    for (const pipe of [stdout, stderr]) pipe.once('close', () => this.#onPipeClosed());
  }

  #onLine(line: string): void {
    if (this.#phase === 'closed') return;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      this.#report(new PatchbayError('protocol', `Server wrote a line that is not JSON: ${excerpt(line)}`, NOISE));
      return;
    }
    const { messages, noise } = readBatch(value);
    if (noise !== undefined) {
      const text = `Server wrote JSON that is not JSON-RPC: ${excerpt(line)}${noise}`;
      this.#report(new PatchbayError('protocol', text, NOISE));
    }
    for (const message of messages) this.#deliver(message);
  }

  #onTooLong(head: string): void {
    if (this.#phase === 'closed') return;
    const error = overLimitError(this.#launch.maxMessageBytes, head);
    this.#report(error);
    const answer = overLimitAnswer(head, error);
    if (answer) this.#deliver(answer);
  }

  #deliver(message: JSONRPCMessage): void {
    try {
      this.onmessage?.(message);
    } catch (error) {
      this.#report(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #report(error: Error): void {
    if (this.#phase !== 'closed') this.onerror?.(error);
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    this.#exit = { code, signal };
    this.#ladder.exited();
    this.#drainTimer?.dispose();
    // Clock timers do not keep a plain Node program alive, but what is left of the tree must not outlive it.
    const hold = setInterval(() => {}, DRAIN_MS);
    void this.#gone.promise.finally(() => clearInterval(hold));
    this.#survivors = this.#tree?.terminate() ?? false;
    this.#drainTimer = this.#context.clock.setTimeout(() => this.#onDrained(true), DRAIN_MS);
    if (this.#openPipes === 0) this.#onDrained(false);
  }

  #onPipeClosed(): void {
    this.#openPipes--;
    if (this.#openPipes === 0 && this.#exit) this.#onDrained(false);
  }

  /** The process is gone and what it wrote is read. Survivors of its group have until the drain time is over. */
  #onDrained(timeIsUp: boolean): void {
    this.#framer.end();
    this.#stderr.end();
    this.#settle(this.#exitError());
    if (this.#survivors && !timeIsUp) return;
    if (this.#survivors) this.#tree?.kill();
    this.#drainTimer?.dispose();
    const { stdin, stdout, stderr } = this.#child ?? {};
    for (const pipe of [stdin, stdout, stderr]) pipe?.destroy();
    this.#gone.resolve();
  }

  /**
   * A pipe broke. Where the process is ending, its exit is the better cause and comes within the drain time; where it runs
   * on, no call can be answered any more. What waits to be written is rejected with the one or the other.
   */
  #onPipeLost(pipe: 'input' | 'output', cause?: Error): void {
    if (this.#exit || this.#phase === 'closed' || this.#drainTimer) return;
    this.#drainTimer = this.#context.clock.setTimeout(() => {
      if (this.#exit) return;
      this.#ladder.stop();
      this.#settle(this.#pipeError(pipe, cause));
    }, DRAIN_MS);
  }

  /** Ends the link for its users, once. The process may still be on its way down. */
  #settle(error: PatchbayError | undefined): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.closeError = error;
    this.#writer?.fail(error ?? closedError());
    this.onclose?.();
  }

  #pipeError(pipe: 'input' | 'output', cause?: Error): PatchbayError {
    return new PatchbayError('connectionClosed', `Server process closed its ${pipe}.${this.#lastOutput()}`, {
      retryable: true,
      cause,
    });
  }

  #exitError(): PatchbayError {
    const { code, signal } = this.#exit ?? { code: null, signal: null };
    const how = signal ? `was ended by ${signal}` : `exited with code ${code}`;
    return new PatchbayError('connectionClosed', `Server process ${how}.${this.#lastOutput()}`, {
      retryable: true,
      code: signal ?? code ?? undefined,
      hint: 'What it wrote to stderr is in the output of Patchbay; the command line tool shows it with --verbose.',
    });
  }

  #lastOutput(): string {
    const lines = this.#stderr.lines.slice(-QUOTED_STDERR_LINES).map((line) => excerpt(line));
    return lines.length > 0 ? ` Last output: ${lines.join(' | ')}` : '';
  }
}

const NOISE = { hint: 'A server must write nothing but MCP messages to stdout; logs belong on stderr.' };

/**
 * One line of JSON. Line ends of Unicode are escaped, which JSON does not ask for: servers read lines with Node's
 * readline or Python's splitlines, and those would cut the message there.
 */
function toLine(message: JSONRPCMessage): string {
  const text = JSON.stringify(message);
  // Looked for one by one: a text of one byte a character is then passed over without being read.
  const isPlain = !text.includes('\u2028') && !text.includes('\u2029') && !text.includes('\u0085');
  return isPlain ? text : text.replace(/[\u0085\u2028\u2029]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function closedError(): PatchbayError {
  return new PatchbayError('connectionClosed', 'The connection is closed.');
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
