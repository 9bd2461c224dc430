/** The worker that checks values against schemas, so that no schema can freeze the panel: its owner ends it at a deadline. */
import { compileValidator, type Validation } from '../forms/validateNow';

export interface ValidatorRequest {
  readonly id: number;
  /** Given with the first request of each schema. */
  readonly schema?: unknown;
  readonly value: unknown;
}

export interface ValidatorAnswer {
  /** 0: the worker has started. */
  readonly id: number;
  readonly validation?: Validation;
}

interface WorkerScope {
  onmessage: ((event: { data: ValidatorRequest }) => void) | null;
  postMessage(answer: ValidatorAnswer): void;
}

serve(globalThis as unknown as WorkerScope);

/** Answers requests one after the other, compiling a schema only when another one comes. */
function serve(scope: WorkerScope): void {
  let check = compileValidator(true);
  scope.onmessage = ({ data }) => {
    if (data.schema !== undefined) check = compileValidator(data.schema);
    scope.postMessage({ id: data.id, validation: check(data.value) });
  };
  scope.postMessage({ id: 0 });
}
