import type { ConfigSource } from '../config/definition';
import type { SecretStore } from '../ports';

/** No `${secret:…}` can name what stands behind this: a variable ends at the first "}". */
const PREFIX = 'oauth}of ';

/**
 * The part of the secret store that holds the sign-ins of one source. A person's own entries share theirs; each workspace
 * folder has its own, because its entries choose proxy, certificates and address rules, and the same URL can lead elsewhere.
 */
export function ownedSecrets(secrets: SecretStore, source: ConfigSource): SecretStore {
  if (source.kind !== 'workspace') return secrets;
  const owned = (name: string) => `${PREFIX}${JSON.stringify(source.folderPath)} ${name}`;
  return {
    isPassing: secrets.isPassing ?? false,
    get: (name) => secrets.get(owned(name)),
    set: (name, value) => secrets.set(owned(name), value),
    delete: (name) => secrets.delete(owned(name)),
  };
}
