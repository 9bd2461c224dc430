import type { AnyLaunch, Authenticator } from '../transports/transport';

export interface WatchedCredentials {
  /** The same launch, to be used in the place of the one that was given. */
  readonly launch: AnyLaunch;
  /** Whether credentials are being fetched at this moment: by a token program, or from an authorization server. */
  readonly areAwaited: () => boolean;
}

/** Lets a timeout tell a server that does not answer from credentials that do not come. */
export function watchCredentials(launch: AnyLaunch): WatchedCredentials {
  const auth = 'auth' in launch ? (launch.auth as Authenticator | undefined) : undefined;
  if (!auth) return { launch, areAwaited: () => false };
  let waiting = 0;
  const watched = async <T>(work: Promise<T>): Promise<T> => {
    waiting += 1;
    try {
      return await work;
    } finally {
      waiting -= 1;
    }
  };
  const { sendsNothing, personWait } = auth;
  const stand: Authenticator = {
    headers: (request, signal) => watched(auth.headers(request, signal)),
    onRefused: (refusal, signal) => watched(auth.onRefused(refusal, signal)),
    onAnswer: (answer) => auth.onAnswer?.(answer) ?? false,
    ...(sendsNothing ? { sendsNothing } : {}),
    ...(personWait ? { personWait } : {}),
  };
  return { launch: { ...launch, auth: stand } as AnyLaunch, areAwaited: () => waiting > 0 };
}
