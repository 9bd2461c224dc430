import { PatchbayError, toError } from '../base/errors';
import { shortUrl } from './auth/authErrors';
import { createAuthenticator, resourceUrl } from './auth/authenticator';
import { wholeResponse } from './auth/issuerFetch';
import { ownedSecrets } from './auth/ownedSecrets';
import { signOut } from './auth/signOut';
import { SingleFlight } from './auth/singleFlight';
import { type OnSecret, tellingAuthenticator, tellingFetch } from './auth/tellSecrets';
import type { ConfigSource, ServerEntry } from './config/definition';
import type { Logger, Ports } from './ports';
import { checkUrl } from './transports/network/address';
import { certificateFault } from './transports/network/certificateFaults';
import { createLaunchFetch } from './transports/network/launchFetch';
import { type ProgramOptions, startProgram } from './transports/stdioProgram';
import type { Authenticator, NetworkLaunch, NetworkSettings } from './transports/transport';

/** Answers of authorization servers are small. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** Whom the credentials are for, and who is there to be asked. */
export interface CredentialsUse {
  /** Entries of other sources do not use the same sign-ins. */
  readonly source: ConfigSource;
  readonly auth: ServerEntry['auth'];
  readonly serverName: string;
  readonly interactive: (reason: 'signIn' | 'stepUp') => boolean;
  /** Where a program that prints a token runs. */
  readonly program: ProgramOptions;
  readonly log: Logger;
  /** Told of what is sent as credentials and of what authorization servers give. */
  readonly onSecret: OnSecret;
}

/** The credentials of all servers of one hub. Authorization servers are reached by the rules of the server's own launch. */
export class Credentials {
  readonly #ports: Ports;
  readonly #network: (() => NetworkSettings) | undefined;
  /** Work that is done once for all servers of one source. */
  readonly #flights = new Map<string, SingleFlight>();

  constructor(ports: Ports, network?: () => NetworkSettings) {
    this.#ports = ports;
    this.#network = network;
  }

  /** Undefined: the server wants none. Throws a `config` error where they cannot be sent. */
  authenticator(launch: NetworkLaunch, use: CredentialsUse): Authenticator | undefined {
    const { secrets, clock, signIn } = this.#ports;
    const { source, onSecret } = use;
    const auth = createAuthenticator(use.auth, {
      ...this.#reach(launch, onSecret),
      serverUrl: launch.url,
      serverName: use.serverName,
      secrets: ownedSecrets(secrets, source),
      clock,
      log: use.log,
      interactive: use.interactive,
      signIn,
      spawn: (command, args) => startProgram(command, args, use.program),
      flights: this.#flightsOf(source),
    });
    return auth && tellingAuthenticator(auth, onSecret);
  }

  /** Revokes and forgets what an OAuth sign-in at this server left. False: there was nothing. */
  async signOut(
    launch: NetworkLaunch,
    { auth, source, log, onSecret }: Pick<CredentialsUse, 'auth' | 'source' | 'log' | 'onSecret'>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const secrets = ownedSecrets(this.#ports.secrets, source);
    const { clock } = this.#ports;
    const settings = auth.type === 'oauth' ? auth : undefined;
    const reach = this.#reach(launch, onSecret);
    return signOut(resourceUrl(launch.url), { ...reach, settings, secrets, clock, log, signal });
  }

  #flightsOf(source: ConfigSource): SingleFlight {
    const owner = source.kind === 'workspace' ? source.folderPath : '';
    const flights = this.#flights.get(owner) ?? new SingleFlight();
    this.#flights.set(owner, flights);
    return flights;
  }

  #reach(launch: NetworkLaunch, onSecret: OnSecret) {
    const { url, tls, proxy, security, compression } = launch;
    const way: NetworkLaunch = {
      url,
      headers: {},
      maxMessageBytes: MAX_ANSWER_BYTES,
      ...(proxy === undefined ? {} : { proxy }),
      ...(security ? { security } : {}),
      ...(compression === undefined ? {} : { compression }),
    };
    const toServer = this.#fetchOn({ ...way, ...(tls ? { tls } : {}) });
    // Client certificate, pins and a certificate that is not checked are between this client and the MCP server.
    const trust = tls?.ca === undefined ? {} : { tls: { ca: tls.ca, rejectUnauthorized: true, pinnedSha256: [] } };
    const toOthers = this.#fetchOn({ ...way, ...trust });
    const own = new URL(url.replace(/^ws/i, 'http')).origin;
    return {
      fetch: tellingFetch(
        (target, init) => (new URL(target).origin === own ? toServer(target, init) : toOthers(target, init)),
        onSecret,
      ),
      checkUrl: (address: string) => checkUrl(new URL(address), security),
    };
  }

  /** Such requests are rare: no connection is kept. */
  #fetchOn(way: NetworkLaunch) {
    const { log, clock } = this.#ports;
    const context = { log, clock, ...(this.#network ? { network: this.#network } : {}) };
    return async (url: string | URL, init?: RequestInit): Promise<Response> => {
      const { fetch, dispose } = createLaunchFetch(way, context);
      try {
        return await wholeResponse(await fetch(url, init));
      } catch (error) {
        throw certificateError(error, url) ?? error;
      } finally {
        dispose();
      }
    };
  }
}

/** Undefined: the failure is another one. */
function certificateError(error: unknown, url: string | URL): PatchbayError | undefined {
  const { code } = toError(error) as NodeJS.ErrnoException;
  const fault = typeof code === 'string' ? certificateFault(code, shortUrl(url)) : undefined;
  if (!fault) return undefined;
  const hint = `${fault[1]} "tls.rejectUnauthorized" is about the MCP server alone.`;
  return new PatchbayError('security', fault[0], { code, hint, cause: error });
}
