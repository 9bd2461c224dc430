import type { JsonSchemaValidatorParams } from 'json-schema-library';

type FormatCheck = (
  options: JsonSchemaValidatorParams,
) => ReturnType<JsonSchemaValidatorParams['node']['createError']> | undefined;

/** Formats of JSON Schema 2020-12 (validation section 7.3) beside those that the library checks by itself. */
export const FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['uri', isUri],
  ['uri-reference', (text: string) => !/\s|[<>"{}|\\^`]/.test(text)],
  ['ipv4', isIpv4],
  ['ipv6', isIpv6],
  ['hostname', isHostname],
]);

/** The same for the validator. */
export const FORMAT_CHECKS: Record<string, FormatCheck> = Object.fromEntries(
  [...FORMATS].map(([name, accepts]) => [name, check(name, accepts)]),
);

function check(name: string, accepts: (text: string) => boolean): FormatCheck {
  return ({ node, pointer, data }) =>
    typeof data !== 'string' || accepts(data)
      ? undefined
      : node.createError(`format-${name}-error`, { value: data, pointer, schema: node.schema });
}

function isUri(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]*$/i.test(text) && !/%(?![0-9a-f]{2})/i.test(text);
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2 || text.length > 45) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const tail = last.includes('.') ? (isIpv4(last) ? 2 : Number.NaN) : groups.length > 0 ? 1 : 0;
  const head = groups.slice(0, -1);
  const count = head.length + tail;
  const hex = (group: string) => /^[0-9a-f]{1,4}$/i.test(group);
  return (
    head.every(hex) &&
    (last.includes('.') || groups.length === 0 || hex(last)) &&
    (halves.length === 2 ? count <= 7 : count === 8)
  );
}

function isHostname(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(label));
}
