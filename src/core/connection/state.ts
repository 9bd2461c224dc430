import type { ErrorKind } from '../../base/errors';

/** An error as a snapshot carries it: plain data, safe to post to a webview or to print as JSON. */
export interface ErrorInfo {
  readonly kind: ErrorKind;
  /** What happened and, where there is one, the next step. */
  readonly message: string;
  readonly code?: number | string;
  readonly retryable: boolean;
}

/** What a person must give before a server can start; shown by a connect that nobody watched. */
export type NeededInput =
  | { readonly kind: 'approval'; readonly summary: string }
  | { readonly kind: 'trust' }
  | { readonly kind: 'value'; readonly names: readonly string[] };

/** The state of one server's connection. Each variant holds the data that is true in it, and no other. Times: ms since the epoch. */
export type ConnectionState =
  | { readonly kind: 'disabled' }
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'needsInput'; readonly needed: NeededInput }
  | { readonly kind: 'connecting'; readonly since: number; readonly step: string }
  | { readonly kind: 'connected'; readonly since: number }
  | {
      readonly kind: 'reconnecting';
      /** `unreachable`: the host, or the network of this machine, is away; that costs no attempt. */
      readonly cause: RetryCause;
      /** Number of the attempt that comes next or is under way, from 1. */
      readonly attempt: number;
      /** 0: no limit. */
      readonly maxAttempts: number;
      /** When that attempt starts; undefined while it is under way. */
      readonly nextAt: number | undefined;
      readonly error: ErrorInfo;
    }
  | { readonly kind: 'disconnecting' }
  /** The server refused the credentials, or wants some: one action of a person is needed, and no retry. */
  | { readonly kind: 'authRequired'; readonly error: ErrorInfo }
  | { readonly kind: 'error'; readonly error: ErrorInfo };

/** Whether it is the server that failed, or nothing can be said of the server because its host was not reached. */
export type RetryCause = 'failed' | 'unreachable';

/** What can happen to a connection. Facts only: who decides what to do next is `Connection`. */
export type ConnectionAction =
  | { readonly type: 'connect'; readonly at: number }
  | { readonly type: 'step'; readonly step: string }
  | { readonly type: 'connected'; readonly at: number }
  | { readonly type: 'needsInput'; readonly needed: NeededInput }
  | {
      readonly type: 'retryScheduled';
      readonly cause: RetryCause;
      readonly attempt: number;
      readonly maxAttempts: number;
      readonly nextAt: number;
      readonly error: ErrorInfo;
    }
  | { readonly type: 'retryStarted' }
  | { readonly type: 'failed'; readonly error: ErrorInfo }
  | { readonly type: 'disconnect' }
  | { readonly type: 'disconnected' };

/** The next state, or the same object where the action does not apply: an illegal move changes nothing. */
export function reduceConnection(state: ConnectionState, action: ConnectionAction): ConnectionState {
  switch (action.type) {
    case 'connect':
      return canStart(state) ? { kind: 'connecting', since: action.at, step: 'starting' } : state;
    case 'step':
      return state.kind === 'connecting' ? { ...state, step: action.step } : state;
    case 'connected':
      return state.kind === 'connecting' || (state.kind === 'reconnecting' && state.nextAt === undefined)
        ? { kind: 'connected', since: action.at }
        : state;
    case 'needsInput':
      return isBusy(state) ? { kind: 'needsInput', needed: action.needed } : state;
    case 'retryScheduled':
      return isBusy(state) || state.kind === 'connected'
        ? {
            kind: 'reconnecting',
            cause: action.cause,
            attempt: action.attempt,
            maxAttempts: action.maxAttempts,
            nextAt: action.nextAt,
            error: action.error,
          }
        : state;
    case 'retryStarted':
      return state.kind === 'reconnecting' ? { ...state, nextAt: undefined } : state;
    case 'failed':
      if (!isBusy(state) && state.kind !== 'connected') return state;
      return { kind: action.error.kind === 'auth' ? 'authRequired' : 'error', error: action.error };
    case 'disconnect':
      return state.kind === 'connected' || isBusy(state) ? { kind: 'disconnecting' } : toDisconnected(state);
    case 'disconnected':
      return toDisconnected(state);
  }
}

/** Whether `connect` starts something from here. Where it does not, a connect joins what is under way. */
export function canStart(state: ConnectionState): boolean {
  return (
    state.kind === 'disconnected' ||
    state.kind === 'error' ||
    state.kind === 'authRequired' ||
    state.kind === 'needsInput'
  );
}

function isBusy(state: ConnectionState): boolean {
  return state.kind === 'connecting' || state.kind === 'reconnecting';
}

function toDisconnected(state: ConnectionState): ConnectionState {
  return state.kind === 'disabled' || state.kind === 'disconnected' ? state : { kind: 'disconnected' };
}
