import { createAuthenticator, resourceUrl } from './auth/authenticator';
import { noCredentials } from './auth/noCredentials';
import { ownedSecrets } from './auth/ownedSecrets';
import { signOut } from './auth/signOut';
import { SingleFlight } from './auth/singleFlight';
import { type OnSecret, tellingAuthenticator, tellingFetch } from './auth/tellSecrets';
import type { ConfigSource, ServerEntry } from './config/definition';
import { addCredentialsHint, renewHeadersHint, renewHint } from './credentialHints';
import { createIssuerReach } from './issuerReach';
import type { Logger, Ports } from './ports';
import { isSecretHeader } from './transports/network/secrets';
import { type ProgramOptions, startProgram } from './transports/stdioProgram';
import type { Authenticator, NetworkLaunch, NetworkSettings } from './transports/transport';

/** Whom the credentials are for, and who is there to be asked. */
export interface CredentialsUse {
  /** Entries of other sources do not use the same sign-ins. */
  readonly source: ConfigSource;
  readonly auth: ServerEntry['auth'];
  /** What the file says, with its variables, so that an error can name the secrets. Default: no variables. */
  readonly written?: Pick<ServerEntry, 'auth' | 'headers'> | undefined;
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

  /** Throws a `config` error where they cannot be sent. For no credentials: who says what to do where the server wants some. */
  authenticator(launch: NetworkLaunch, use: CredentialsUse): Authenticator {
    const { secrets, clock, signIn } = this.#ports;
    const { source, onSecret, written = { auth: use.auth, headers: launch.headers } } = use;
    const isPassing = secrets.isPassing ?? false;
    const auth = createAuthenticator(use.auth, {
      ...this.#reach(launch, use),
      serverUrl: launch.url,
      serverName: use.serverName,
      secrets: ownedSecrets(secrets, source),
      clock,
      log: use.log,
      interactive: use.interactive,
      signIn,
      spawn: (command, args) => startProgram(command, args, use.program),
      renewHint: renewHint(written.auth, isPassing),
      flights: this.#flightsOf(source),
    });
    if (auth) return tellingAuthenticator(auth, onSecret);
    const secretHeaders = Object.entries(written.headers).filter(([name]) => isSecretHeader(name));
    return noCredentials({
      secretHeaders: secretHeaders.map(([name]) => name),
      renewHint: renewHeadersHint(Object.fromEntries(secretHeaders), isPassing),
      addHint: addCredentialsHint(isPassing),
    });
  }

  /** Revokes and forgets what an OAuth sign-in at this server left. False: there was nothing. */
  async signOut(
    launch: NetworkLaunch,
    use: Pick<CredentialsUse, 'auth' | 'source' | 'log' | 'onSecret'>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { auth, source, log } = use;
    const secrets = ownedSecrets(this.#ports.secrets, source);
    const { clock } = this.#ports;
    const settings = auth.type === 'oauth' ? auth : undefined;
    const reach = this.#reach(launch, use);
    return signOut(resourceUrl(launch.url), { ...reach, settings, secrets, clock, log, signal });
  }

  #flightsOf(source: ConfigSource): SingleFlight {
    const owner = source.kind === 'workspace' ? source.folderPath : '';
    const flights = this.#flights.get(owner) ?? new SingleFlight();
    this.#flights.set(owner, flights);
    return flights;
  }

  #reach(launch: NetworkLaunch, { auth, onSecret }: Pick<CredentialsUse, 'auth' | 'onSecret'>) {
    const { log, clock } = this.#ports;
    const network = this.#network;
    const reach = createIssuerReach(launch, auth, { log, clock, ...(network ? { network } : {}) });
    return { ...reach, fetch: tellingFetch(reach.fetch, onSecret) };
  }
}
