import { cancellation } from '../../base/abort';
import { isPatchbayError, PatchbayError, toError } from '../../base/errors';
import type { JsonObject } from '../../shared/json';
import type { CallToolResult } from '../../shared/mcp';
import type { MiddlewareCall, NamedMiddleware, Next } from './middleware';

/** The `code` of the error where a middleware is broken itself: nothing in the configuration is wrong. */
export const MIDDLEWARE_FAILED_CODE = 'middlewareFailed';

/** `onRunning` is told which middleware has the call now, on its way down and on its way back. */
export type ComposedMiddleware = (
  call: MiddlewareCall,
  last: Next,
  onRunning?: (name: string) => void,
) => Promise<CallToolResult>;

/**
 * One middleware out of several: on the way down in their order, on the way back in reverse. An error of a middleware
 * itself becomes a `PatchbayError` that names it; one that came from below passes as it is.
 */
export function composeMiddleware(list: readonly NamedMiddleware[]): ComposedMiddleware {
  return list.reduceRight<ComposedMiddleware>(
    (below, named) => (call, last, onRunning) =>
      runOne(named, call, (changed) => below(changed, last, onRunning), onRunning),
    async (call, last) => last(call),
  );
}

async function runOne(
  { name, middleware }: NamedMiddleware,
  call: MiddlewareCall,
  below: Next,
  onRunning: ((name: string) => void) | undefined,
): Promise<CallToolResult> {
  /** What came up from below; a box, because anything can be thrown. */
  let fromBelow: { readonly error: unknown } | undefined;
  /** Errors of its own that name it already. */
  const faults = new Set<unknown>();
  const broken = (fault: string) => {
    const error = brokenRule(name, fault);
    faults.add(error);
    return error;
  };
  let wasCalled = false;
  let isOver = false;
  const next: Next = (changed) => {
    const fault = wasCalled
      ? 'called next() a second time'
      : isOver
        ? 'called next() after it had answered'
        : faultOfCall(changed, call);
    if (fault !== undefined) return rejected(broken(fault));
    wasCalled = true;
    const result = below(changed).then(
      (answer) => {
        if (!isOver) onRunning?.(name);
        return answer;
      },
      (error: unknown) => {
        fromBelow = { error };
        if (!isOver) onRunning?.(name);
        throw error;
      },
    );
    // The middleware may have answered by itself meanwhile.
    result.catch(() => {});
    return result;
  };
  onRunning?.(name);
  try {
    const result: unknown = await middleware(call, next);
    if (!isResult(result)) throw broken('answered with what is no result of a tool');
    return result;
  } catch (error) {
    if (faults.has(error) || (fromBelow && fromBelow.error === error)) throw error;
    if (call.signal.aborted && (error === call.signal.reason || isAbortError(error))) throw cancellation(call.signal);
    throw namedError(name, error);
  } finally {
    isOver = true;
  }
}

function rejected(error: PatchbayError): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(() => {});
  return promise;
}

/** Filters, limits and questions to the person were decided for this server and this tool. */
function faultOfCall(changed: MiddlewareCall, call: MiddlewareCall): string | undefined {
  if (typeof changed !== 'object' || changed === null) return 'called next() without a call';
  if (changed.server !== call.server || changed.tool !== call.tool) return 'tried to call another tool';
  if (!isObject(changed.arguments)) return 'handed on arguments that are no object';
  return changed.signal instanceof AbortSignal ? undefined : 'handed on a call without its signal';
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isResult(value: unknown): value is CallToolResult {
  return isObject(value) && Array.isArray(value.content);
}

function isAbortError(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function brokenRule(name: string, fault: string): PatchbayError {
  return new PatchbayError('config', `The middleware "${name}" ${fault}.`, {
    code: MIDDLEWARE_FAILED_CODE,
    hint: 'Take it out of "middleware" of the server, or tell who made it.',
  });
}

function namedError(name: string, error: unknown): PatchbayError {
  if (!isPatchbayError(error)) {
    return new PatchbayError('config', `The middleware "${name}" failed: ${toError(error).message}`, {
      code: MIDDLEWARE_FAILED_CODE,
      hint: 'Take it out of "middleware" of the server, or tell who made it.',
      cause: error,
    });
  }
  const { kind, message, retryable, hint, code, retryAfterMs } = error;
  return new PatchbayError(kind, `The middleware "${name}" refused the call: ${message}`, {
    retryable,
    ...(hint === undefined ? {} : { hint }),
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    cause: error,
  });
}
