/** The parameters of a `WWW-Authenticate` header that matter here (RFC 6750, RFC 9728). All are texts of the server. */
export interface Challenge {
  readonly resourceMetadataUrl: string | undefined;
  readonly scope: string | undefined;
  readonly error: string | undefined;
  readonly errorDescription: string | undefined;
}

export function parseChallenge(header: string | undefined): Challenge {
  const text = (header ?? '').slice(0, 8192);
  const url = parameter(text, 'resource_metadata');
  return {
    resourceMetadataUrl: url !== undefined && URL.canParse(url) ? url : undefined,
    scope: parameter(text, 'scope'),
    error: parameter(text, 'error'),
    errorDescription: parameter(text, 'error_description'),
  };
}

/** A quoted string or a token, as RFC 9110 writes them. */
function parameter(header: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,"]+))`, 'i').exec(header);
  const value = match?.[1]?.replace(/\\(.)/g, '$1') ?? match?.[2];
  return value === undefined || value === '' ? undefined : value;
}
