/** The form model under plain Node: `dist/forms.cjs`. */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { raceAbort } from '../base/abort';
import { isCheckable } from './limits';
import { type CheckOptions, TIMED_OUT, type Validation, validateNow } from './validateNow';

export * from './index';

const DEFAULT_DEADLINE_MS = 1_000;

export interface ValidateOptions extends CheckOptions {
  /** Milliseconds after which the answer is `timedOut`. Default 1000. */
  readonly deadlineMs?: number;
}

/**
 * Validates in a thread of its own that is ended at the deadline, so that no schema can hold the program.
 * Remote references are never fetched. Never rejects for what schema or value say; rejects where no thread starts.
 */
export function validate(schema: unknown, value: unknown, options: ValidateOptions = {}): Promise<Validation> {
  if (!isCheckable(schema) || !isCheckable(value)) return Promise.resolve(validateNow(schema, value));
  const { deadlineMs = DEFAULT_DEADLINE_MS, ...check } = options;
  return new Promise((resolve, reject) => {
    // The thread runs this same bundle: __filename is the file that was loaded.
    const code = `require(${JSON.stringify(__filename)}).answerValidation()`;
    const worker = new Worker(code, { eval: true, workerData: { schema, value, check }, env: {}, stdin: false });
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      worker.removeAllListeners();
      worker.on('error', () => {});
      void worker.terminate().then(finish);
    };
    const timer = setTimeout(() => settle(() => resolve(TIMED_OUT)), deadlineMs);
    worker.on('message', (answer: Validation) => settle(() => resolve(answer)));
    worker.on('error', (error) => settle(() => reject(error)));
    worker.on('exit', () => settle(() => reject(new Error('The validation thread ended without an answer.'))));
  });
}

/**
 * How a value breaks a schema; nothing where it is valid. What could not be checked in time is a problem too. Rejects when
 * `signal` aborts.
 */
export async function findProblems(
  schema: unknown,
  value: unknown,
  signal?: AbortSignal,
  options?: ValidateOptions,
): Promise<{ readonly pointer: string; readonly message: string }[]> {
  const { timedOut, errors } = await raceAbort(validate(schema, value, options), signal);
  if (timedOut) return [{ pointer: '', message: 'They could not be checked in time: the schema asks for too much.' }];
  return errors.map(({ pointer, message }) => ({ pointer, message }));
}

/** The thread's side of `validate`. */
export function answerValidation(): void {
  const { schema, value, check } = workerData as { schema: unknown; value: unknown; check: CheckOptions };
  parentPort?.postMessage(validateNow(schema, value, check));
}
