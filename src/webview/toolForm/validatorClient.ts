import { isCheckable } from '../../forms/limits';
import type { Validation } from '../../forms/validateNow';
import type { ValidatorAnswer, ValidatorRequest } from '../validator';

const DEADLINE_MS = 1_000;
const START_MS = 10_000;

/** What is known of a value: the validation, or why there is none. */
export type Checked = { readonly validation: Validation } | { readonly unchecked: string };

interface CheckEvent {
  readonly data: ValidatorAnswer;
}

/** The part of a `Worker` that is used here. */
export interface CheckWorker {
  postMessage(request: ValidatorRequest): void;
  terminate(): void;
  addEventListener(type: 'message' | 'error', listener: (event: CheckEvent) => void): void;
  removeEventListener(type: 'message' | 'error', listener: (event: CheckEvent) => void): void;
}

interface Waiting {
  readonly schema: unknown;
  readonly value: unknown;
  readonly resolve: (checked: Checked) => void;
}

/** Validates in a worker, which is ended at the deadline and started again for the next value. */
export class ValidatorClient {
  readonly #create: () => Promise<CheckWorker>;
  /** What is to be checked, by who asked. */
  readonly #waiting = new Map<object, Waiting>();
  #isWorking = false;
  #worker: Promise<CheckWorker> | undefined;
  #workerSchema: unknown;
  #lastId = 0;

  /** `create` gives a worker that has yet to start. */
  constructor(create: () => Promise<CheckWorker>) {
    this.#create = create;
  }

  /**
   * One at a time, in order. Of those of one `owner` only the newest waits: an earlier one that has not begun is answered as
   * unchecked at once. Never rejects.
   */
  check(owner: object, schema: unknown, value: unknown): Promise<Checked> {
    return new Promise((resolve) => {
      this.#waiting.get(owner)?.resolve({ unchecked: 'Newer values are checked instead.' });
      this.#waiting.set(owner, { schema, value, resolve });
      if (!this.#isWorking) void this.#work();
    });
  }

  /** Ends the worker; a later check starts one again. */
  dispose(): void {
    void this.#worker?.then(
      (worker) => worker.terminate(),
      () => {},
    );
    this.#worker = undefined;
    this.#workerSchema = undefined;
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined) break;
      const [owner, { schema, value, resolve }] = next;
      this.#waiting.delete(owner);
      resolve(await this.#check(schema, value));
    }
    this.#isWorking = false;
  }

  async #check(schema: unknown, value: unknown): Promise<Checked> {
    // What is deeper arrives in a worker as null.
    if (!isCheckable(schema) || !isCheckable(value)) {
      return { unchecked: 'The schema or the arguments are too large or too deep to be checked.' };
    }
    try {
      this.#worker ??= this.#start();
      const worker = await this.#worker;
      const id = ++this.#lastId;
      const sendSchema = this.#workerSchema !== schema;
      this.#workerSchema = schema;
      const answer = waitForAnswer(worker, id, DEADLINE_MS);
      worker.postMessage({ id, value, ...(sendSchema && { schema }) });
      const validation = (await answer)?.validation;
      if (validation !== undefined) return { validation };
      this.#stop(worker);
      return {
        unchecked: 'Checking took too long and was stopped: a pattern of this schema is very slow for this value.',
      };
    } catch {
      this.#worker = undefined;
      this.#workerSchema = undefined;
      return { unchecked: 'The arguments could not be checked against the schema.' };
    }
  }

  async #start(): Promise<CheckWorker> {
    const worker = await this.#create();
    if ((await waitForAnswer(worker, 0, START_MS)) !== undefined) return worker;
    worker.terminate();
    throw new Error('The validator did not start.');
  }

  #stop(worker: CheckWorker): void {
    worker.terminate();
    this.#worker = undefined;
    this.#workerSchema = undefined;
  }
}

/** The answer of that id; undefined where the deadline came first. */
function waitForAnswer(worker: CheckWorker, id: number, deadlineMs: number): Promise<ValidatorAnswer | undefined> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      worker.removeEventListener('message', onMessage);
      worker.removeEventListener('error', onError);
      settle();
    };
    const onMessage = ({ data }: CheckEvent) => {
      if (data.id === id) finish(() => resolve(data));
    };
    const onError = () => finish(() => reject(new Error('The validator failed.')));
    const timer = setTimeout(() => finish(() => resolve(undefined)), deadlineMs);
    worker.addEventListener('message', onMessage);
    worker.addEventListener('error', onError);
  });
}
