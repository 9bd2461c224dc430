import { isWithin } from '../../forms/limits';
import type { Validation } from '../../forms/validateNow';
import type { ValidatorAnswer } from '../validator';

const DEADLINE_MS = 1_000;
const START_MS = 10_000;
const MOST_DEPTH = 450;
const MOST_MEMBERS = 500_000;

/** What is known of a value: the validation, or why there is none. */
export type Checked = { readonly validation: Validation } | { readonly unchecked: string };

/** Validates in a worker, which is ended at the deadline and started again for the next value. */
export class ValidatorClient {
  readonly #scriptUri: string;
  #script: Promise<string> | undefined;
  #worker: Promise<Worker> | undefined;
  #workerSchema: unknown;
  #lastId = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(scriptUri: string) {
    this.#scriptUri = scriptUri;
  }

  /** One at a time, in order. Never rejects. */
  check(schema: unknown, value: unknown): Promise<Checked> {
    const next = this.#queue.then(() => this.#check(schema, value));
    this.#queue = next;
    return next;
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

  async #check(schema: unknown, value: unknown): Promise<Checked> {
    // What is deeper arrives in a worker as null.
    if (![schema, value].every((data) => isWithin(data, MOST_DEPTH, MOST_MEMBERS))) {
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
      const validation = await answer;
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

  async #start(): Promise<Worker> {
    this.#script ??= fetch(this.#scriptUri).then((response) => response.text());
    const url = URL.createObjectURL(new Blob([await this.#script], { type: 'text/javascript' }));
    try {
      const worker = new Worker(url);
      const started = await waitForAnswer(worker, 0, START_MS, () => true);
      if (!started) throw new Error('The validator did not start.');
      return worker;
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  #stop(worker: Worker): void {
    worker.terminate();
    this.#worker = undefined;
    this.#workerSchema = undefined;
  }
}

function waitForAnswer(worker: Worker, id: number, deadlineMs: number): Promise<Validation | undefined>;
function waitForAnswer<T>(
  worker: Worker,
  id: number,
  deadlineMs: number,
  read: (answer: ValidatorAnswer) => T,
): Promise<T | undefined>;
function waitForAnswer(
  worker: Worker,
  id: number,
  deadlineMs: number,
  read: (answer: ValidatorAnswer) => unknown = (answer) => answer.validation,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      worker.removeEventListener('message', onMessage);
      worker.removeEventListener('error', onError);
      settle();
    };
    const onMessage = (event: MessageEvent<ValidatorAnswer>) => {
      if (event.data.id === id) finish(() => resolve(read(event.data)));
    };
    const onError = () => finish(() => reject(new Error('The validator failed.')));
    const timer = setTimeout(() => finish(() => resolve(undefined)), deadlineMs);
    worker.addEventListener('message', onMessage);
    worker.addEventListener('error', onError);
  });
}
