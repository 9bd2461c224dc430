import type { ServerEntry } from './definition';

/** Names of the HTTP headers that an entry asks to send, those of its credentials included. Values are never told. */
export function sentHeaders({ url, headers, auth }: ServerEntry): readonly string[] {
  if (url === undefined) return [];
  const names = Object.keys(headers);
  if (auth.type === 'apiKey') names.push(auth.header);
  else if (auth.type !== 'none') names.push('Authorization');
  return [...new Set(names)];
}
