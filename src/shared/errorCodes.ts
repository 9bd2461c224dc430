/** Code of the `auth` error for a server that signs in with OAuth where the entry has no `auth`. */
export const SIGN_IN_UNSET_CODE = 'signInUnset';
