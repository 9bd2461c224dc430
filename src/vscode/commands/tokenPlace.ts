import type { ServerEntry } from '../../core/config/definition';

/** Where the token of a server is kept. */
export type TokenPlace =
  | { readonly kind: 'secret'; readonly name: string }
  /** It stands in the file as it is, or as a mix of text and variables. */
  | { readonly kind: 'file' }
  /** The entry says that none is sent. */
  | { readonly kind: 'none' }
  | { readonly kind: 'program' }
  | { readonly kind: 'browser' };

export function tokenPlace(auth: ServerEntry['auth']): TokenPlace {
  switch (auth.type) {
    case 'none':
      return { kind: 'none' };
    case 'tokenCommand':
      return { kind: 'program' };
    case 'oauth':
      return { kind: 'browser' };
    case 'bearer':
      return placeOf(auth.token);
    case 'apiKey':
      return placeOf(auth.key);
    case 'basic':
      return placeOf(auth.password);
  }
}

function placeOf(value: string): TokenPlace {
  const name = /^\$\{secret:([^}]+)\}$/.exec(value)?.[1];
  return name === undefined ? { kind: 'file' } : { kind: 'secret', name };
}

/** A name for the secret of a server that has none yet. */
export function suggestSecretName(serverId: string, taken: readonly string[]): string {
  const base = `${serverId.replace(/[^\w.-]+/g, '-').slice(0, 80) || 'server'}-token`;
  let name = base;
  for (let n = 2; taken.includes(name); n++) name = `${base}-${n}`;
  return name;
}
