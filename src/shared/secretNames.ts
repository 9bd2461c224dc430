/** Names of members that hold secrets whatever the schema says, as letters only. */
const SECRET_NAME =
  /^(proxy)?authorization$|cookie$|apikey$|password$|passwd$|passphrase$|secret$|privatekey$|credentials?$|^pin$|^token$|(access|refresh|id|auth|bearer|api|session|csrf|xsrf)token$/;
const MAX_LEVELS = 1_000;

export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name.toLowerCase().replace(/[^a-z]/g, ''));
}

/**
 * Whether texts stand under a name, or under a pointer with a name, that tells of a secret. Also where that is too deep to
 * be looked at.
 */
export function holdsSecretNames(value: unknown): boolean {
  let level: { readonly value: unknown; readonly isSecret: boolean }[] = [{ value, isSecret: false }];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_LEVELS || level.some((part) => part.isSecret && isText(part.value))) return true;
    level = level.flatMap((part) => {
      if (typeof part.value !== 'object' || part.value === null) return [];
      return Object.entries(part.value).map(([name, member]) => {
        const isSecret = part.isSecret || name.split('/').some(isSecretName);
        return { value: member, isSecret };
      });
    });
  }
  return false;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
