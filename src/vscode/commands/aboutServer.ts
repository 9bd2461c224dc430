import { describeError } from '../../base/errors';
import type { ServerSnapshot } from '../../core/hubTypes';
import { oneLine } from '../plainText';

/** A failure with the server that it is about, for the person who reads the message. Code gets the cause alone. */
export class ServerFailure extends Error {
  override readonly cause: unknown;
  readonly server: string;

  constructor(server: Pick<ServerSnapshot, 'id' | 'name'>, cause: unknown) {
    const text = describeError(cause);
    const name = oneLine(server.name, 80);
    super(text.includes(name) ? text : `${name}: ${text}`);
    this.cause = cause;
    this.server = server.id;
  }
}

export async function aboutServer<T>(server: Pick<ServerSnapshot, 'id' | 'name'>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new ServerFailure(server, error);
  }
}

/** What went wrong, without the words for people. */
export function causeOf(error: unknown): unknown {
  return error instanceof ServerFailure ? error.cause : error;
}
