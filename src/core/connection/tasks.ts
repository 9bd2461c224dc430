import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import { isPatchbayError, PatchbayError } from '../../base/errors';
import type { JsonObject, JsonValue } from '../../shared/json';
import type { Progress } from '../../shared/mcp';
import { excerpt } from '../transports/jsonRpc';

/** The extension of MCP 2026-07-28 by which a call may answer with a task. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

/** Bounds in ms for what a server suggests as the pause between two questions for the state. */
const MIN_POLL_MS = 100;
const MAX_POLL_MS = 30_000;
const DEFAULT_POLL_MS = 1000;
/** How long the server has to confirm that it gave a task up. */
const CANCEL_MS = 5000;
const MAX_STATUS_CHARACTERS = 500;
/** Questions that one task may ask over its life. */
const MAX_INPUTS = 100;

export interface TaskContext {
  /** Sends a request about the task. Rejects with what the link says. */
  send(method: string, params: JsonObject, signal: AbortSignal): Promise<JsonObject>;
  /** Answers one request of the server that the task depends on. */
  answer(method: string, params: JsonObject, signal: AbortSignal): Promise<JsonObject>;
  /** Aborts when nobody waits for the result any more: the task is cancelled. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Told at each sign of life. */
  readonly onAlive: () => void;
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

type Status = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';

interface TaskState {
  readonly raw: JsonObject;
  readonly taskId: string;
  readonly status: Status;
  readonly statusMessage: string | undefined;
  readonly pollMs: number;
}

const STATUSES: readonly JsonValue[] = ['working', 'input_required', 'completed', 'failed', 'cancelled'];

/**
 * Follows a task of the extension `io.modelcontextprotocol/tasks` (2026-07-28) to its end: asks for its state in the
 * pace that the server wants, answers what it asks, cancels it when `signal` aborts. Resolves with the final result.
 */
export async function followExtensionTask(created: JsonObject, context: TaskContext): Promise<JsonObject> {
  return follow(readTask(created), context, {
    answered: new Set(),
    get: (taskId) => context.send('tasks/get', { taskId }, context.signal),
    async result({ raw, status }) {
      if (status === 'completed' && isObject(raw.result)) return raw.result;
      throw new PatchbayError('protocol', 'The task is completed, but its result is missing.');
    },
  });
}

/**
 * Follows a task of the core protocol 2025-11-25 (basic/utilities/tasks) to its end: `tasks/get` until it is over or
 * wants input, then `tasks/result`, during which the server asks what it needs to know.
 */
export async function followCoreTask(created: JsonObject, context: TaskContext): Promise<JsonObject> {
  if (!isObject(created.task)) throw new PatchbayError('protocol', 'The answer holds no task.');
  return follow(readTask(created.task), context, {
    answered: undefined,
    get: (taskId) => context.send('tasks/get', { taskId }, context.signal),
    result: ({ taskId }) => context.send('tasks/result', { taskId }, context.signal),
  });
}

interface TaskKind {
  /** Keys of the questions that were answered; undefined where they come as requests of their own. */
  readonly answered: Set<string> | undefined;
  get(taskId: string): Promise<JsonObject>;
  result(task: TaskState): Promise<JsonObject>;
}

async function follow(first: TaskState, context: TaskContext, kind: TaskKind): Promise<JsonObject> {
  const { signal, clock } = context;
  let task = first;
  let step = 0;
  let told: string | undefined;
  /** Revision 2025-11-25 sends its questions while it is asked for the result. */
  let early: Promise<JsonObject> | undefined;
  try {
    for (;;) {
      context.onAlive();
      if (task.statusMessage !== undefined && task.statusMessage !== told) {
        told = task.statusMessage;
        step += 1;
        context.onProgress?.({ progress: step, message: told });
      }
      if (task.status === 'completed') return await (early ?? kind.result(task));
      if (task.status === 'failed' || task.status === 'cancelled') throw await endedError(task, kind);
      if (task.status === 'input_required') {
        if (kind.answered) await answerInputs(task, context, kind.answered);
        else early ??= kind.result(task);
      }
      const paused = pause(task.pollMs, clock, signal);
      // Whichever is over first, the other may fail with nobody there to hear it.
      paused.catch(() => {});
      early?.catch(() => {});
      const result = await (early ? Promise.race([early, paused]) : paused);
      if (result) return result;
      task = readTask(await kind.get(task.taskId), task.taskId);
    }
  } catch (error) {
    if (signal.aborted) cancel(task.taskId, context);
    throw error;
  }
}

async function answerInputs(task: TaskState, context: TaskContext, answered: Set<string>): Promise<void> {
  const requests = isObject(task.raw.inputRequests) ? Object.entries(task.raw.inputRequests) : [];
  // A state may be older than the answer that was sent to it: each key is asked once.
  const open = requests.filter(([key]) => !answered.has(key));
  if (open.length === 0) return;
  if (answered.size + open.length > MAX_INPUTS) throw new PatchbayError('limit', 'The task asks without end.');
  const responses: [string, JsonObject][] = [];
  for (const [key, request] of open) {
    if (!isObject(request) || typeof request.method !== 'string') {
      throw new PatchbayError('protocol', `The task asks for "${excerpt(key, 50)}" without a method.`);
    }
    answered.add(key);
    const params = isObject(request.params) ? request.params : {};
    responses.push([key, await context.answer(request.method, params, context.signal)]);
  }
  const inputResponses = Object.fromEntries(responses);
  await context.send('tasks/update', { taskId: task.taskId, inputResponses }, context.signal);
}

async function endedError(task: TaskState, kind: TaskKind): Promise<Error> {
  if (task.status === 'cancelled') {
    return new PatchbayError('tool', `The server cancelled the task${reason(task.statusMessage)}.`);
  }
  const error = isObject(task.raw.error) ? task.raw.error : undefined;
  if (error) {
    const code = typeof error.code === 'number' ? { code: error.code } : {};
    return new PatchbayError('tool', `The task failed: ${excerpt(String(error.message), 500)}`, code);
  }
  const failed = new PatchbayError('tool', `The task failed${reason(task.statusMessage)}.`);
  if (kind.answered) return failed;
  try {
    // Revision 2025-11-25 keeps the error where the result would be.
    await kind.result(task);
    return failed;
  } catch (cause) {
    return isPatchbayError(cause) || cause instanceof Error ? cause : failed;
  }
}

function reason(message: string | undefined): string {
  return message === undefined ? '' : `: ${message.replace(/\.$/, '')}`;
}

/** Tells the server, which may or may not obey; nobody waits for it. */
function cancel(taskId: string, context: TaskContext): void {
  const limit = new AbortController();
  const timer = context.clock.setTimeout(() => limit.abort(), CANCEL_MS);
  context
    .send('tasks/cancel', { taskId }, limit.signal)
    .catch(() => {})
    .finally(() => timer.dispose());
}

function readTask(raw: JsonObject, expectedId?: string): TaskState {
  const { taskId, status, statusMessage } = raw;
  // 2026-07-28 says pollIntervalMs, 2025-11-25 pollInterval.
  const poll = raw.pollIntervalMs ?? raw.pollInterval;
  if (typeof taskId !== 'string' || (expectedId !== undefined && taskId !== expectedId)) {
    throw new PatchbayError('protocol', 'The server answered with another task than the one asked for.');
  }
  if (!STATUSES.includes(status ?? null)) {
    throw new PatchbayError(
      'protocol',
      `The task is in an unknown state: ${excerpt(JSON.stringify(status) ?? '', 50)}`,
    );
  }
  return {
    raw,
    taskId,
    status: status as Status,
    statusMessage: typeof statusMessage === 'string' ? excerpt(statusMessage, MAX_STATUS_CHARACTERS) : undefined,
    pollMs: Math.min(MAX_POLL_MS, Math.max(MIN_POLL_MS, typeof poll === 'number' ? poll : DEFAULT_POLL_MS)),
  };
}

function pause(delayMs: number, clock: Clock, signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve, reject) => {
    let timer: Disposable | undefined;
    const onAbort = () => {
      timer?.dispose();
      reject(signal.reason);
    };
    if (signal.aborted) return onAbort();
    timer = clock.setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve(undefined);
    }, delayMs);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
