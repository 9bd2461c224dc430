/** The parameters of a `WWW-Authenticate` header that matter here (RFC 6750, RFC 9728). All are texts of the server. */
export interface Challenge {
  readonly resourceMetadataUrl: string | undefined;
  readonly scope: string | undefined;
  readonly error: string | undefined;
  readonly errorDescription: string | undefined;
  /** Whether tokens that are bound to a key are taken (RFC 9449, 7.1). */
  readonly offersDpop: boolean;
}

export function parseChallenge(header: string | undefined): Challenge {
  const text = bounded(header);
  const url = parameter(text, 'resource_metadata');
  return {
    resourceMetadataUrl: url !== undefined && URL.canParse(url) ? url : undefined,
    scope: parameter(text, 'scope'),
    error: parameter(text, 'error'),
    errorDescription: parameter(text, 'error_description'),
    offersDpop: /(?:^|,)\s*dpop(?=\s|,|$)/i.test(withoutQuotedTexts(text)),
  };
}

/** Whether the request was refused for want of a nonce in its proof (RFC 9449, 9). */
export function asksForNonce(header: string | undefined): boolean {
  const { offersDpop } = parseChallenge(header);
  return offersDpop && /(?:^|[\s,])error\s*=\s*"?use_dpop_nonce\b/i.test(bounded(header));
}

function bounded(header: string | undefined): string {
  return (header ?? '').slice(0, 8192);
}

function withoutQuotedTexts(header: string): string {
  return header.replace(/"(?:[^"\\]|\\.)*"/g, '""');
}

/** A quoted string or a token, as RFC 9110 writes them. */
function parameter(header: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,"]+))`, 'i').exec(header);
  const value = match?.[1]?.replace(/\\(.)/g, '$1') ?? match?.[2];
  return value === undefined || value === '' ? undefined : value;
}
