import type { Clock } from '../../base/clock';
import type { JsonObject } from '../../shared/json';
import type { CallToolResult } from '../../shared/mcp';
import type { Logger } from '../ports';

/** One call on its way down. A middleware hands on a changed copy; server and tool stay what they are. */
export interface MiddlewareCall {
  /** Id in the configuration. */
  readonly server: string;
  /** The server's own name of the tool. */
  readonly tool: string;
  readonly arguments: JsonObject;
  readonly signal: AbortSignal;
}

/** The way further down. May be called once, and not after the middleware has answered. */
export type Next = (call: MiddlewareCall) => Promise<CallToolResult>;

/** Changes, answers or refuses a call, and sees its result on the way back. */
export type Middleware = (call: MiddlewareCall, next: Next) => Promise<CallToolResult>;

export interface NamedMiddleware {
  readonly name: string;
  readonly middleware: Middleware;
}

/** `limits.rateLimit` of a server. */
export interface RateLimitShape {
  readonly maxRequests: number;
  readonly perMs: number;
  readonly onLimit: 'queue' | 'reject';
}

export interface ArgumentProblem {
  /** JSON pointer into the arguments (RFC 6901); empty: the arguments as a whole. */
  readonly pointer: string;
  readonly message: string;
}

/** How the arguments of a call are held against the schema of their tool. */
export interface ArgumentValidation {
  /** Undefined where the tool is not known: such a call is not validated. */
  schemaOf(tool: string): JsonObject | undefined;
  validateArguments(schema: JsonObject, value: JsonObject, signal: AbortSignal): Promise<readonly ArgumentProblem[]>;
}

/** Takes known secrets, and members named like secrets, out of what is shown. */
export interface ResultRedactor {
  text(text: string): string;
  json(value: unknown): unknown;
}

/** What a middleware that is made for one server gets. */
export interface MiddlewareContext {
  readonly serverName: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly redactor?: ResultRedactor;
  readonly validate?: ArgumentValidation;
}

/** Makes a middleware for each server that names it. */
export interface MiddlewareFactory {
  create(context: MiddlewareContext): Middleware;
  /** No further call goes through it: the server is gone, or names it no more, or the factory is registered no more. */
  dispose?(middleware: Middleware): void;
}

/** A middleware of one server, with what it was made from. */
export interface MadeMiddleware extends NamedMiddleware {
  readonly from: Middleware | MiddlewareFactory;
  readonly dispose?: () => void;
}
