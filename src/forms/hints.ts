import { boundedText } from './limits';
import type { SchemaObject } from './schemaSource';

const FORMATS: Readonly<Record<string, string>> = {
  date: 'date, such as 2026-03-31',
  time: 'time, such as 09:30:00Z',
  'date-time': 'date and time, such as 2026-03-31T09:30:00Z',
  duration: 'duration, such as PT1H30M',
  email: 'e-mail address',
  uri: 'URI, such as https://example.com/',
  uuid: 'UUID',
  ipv4: 'IPv4 address',
  ipv6: 'IPv6 address',
  hostname: 'host name',
  regex: 'regular expression',
};

/** The constraints of a field in words, for a line under its label. `integer` and `number` are said by the control. */
export function hintsOf(schema: SchemaObject): string[] {
  const hints: (string | undefined)[] = [
    range(schema),
    lengths(schema.minLength, schema.maxLength, 'character'),
    lengths(schema.minItems, schema.maxItems, 'item'),
    finite(schema.multipleOf) && schema.multipleOf !== 1 ? `a multiple of ${schema.multipleOf}` : undefined,
    schema.uniqueItems === true ? 'no item twice' : undefined,
    typeof schema.format === 'string' ? (FORMATS[schema.format] ?? boundedText(schema.format, 60)) : undefined,
    typeof schema.pattern === 'string' ? `matches ${boundedText(schema.pattern, 120) ?? ''}` : undefined,
    schema.deprecated === true ? 'deprecated' : undefined,
    schema.readOnly === true ? 'set by the server' : undefined,
  ];
  return hints.filter((hint): hint is string => hint !== undefined);
}

function range(schema: SchemaObject): string | undefined {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (finite(minimum) && finite(maximum)) return minimum === maximum ? `${minimum}` : `${minimum} to ${maximum}`;
  const parts = [
    finite(minimum) && `at least ${minimum}`,
    finite(exclusiveMinimum) && `more than ${exclusiveMinimum}`,
    finite(maximum) && `at most ${maximum}`,
    finite(exclusiveMaximum) && `less than ${exclusiveMaximum}`,
  ].filter((part) => part !== false);
  return parts.length > 0 ? parts.join(', ') : undefined;
}

function lengths(min: unknown, max: unknown, unit: string): string | undefined {
  const low = finite(min) && min > 0 ? min : undefined;
  const high = finite(max) ? max : undefined;
  const units = (value: number) => (value === 1 ? unit : `${unit}s`);
  if (low !== undefined && high !== undefined) {
    return low === high ? `${low} ${units(low)}` : `${low} to ${high} ${units(high)}`;
  }
  if (low !== undefined) return `at least ${low} ${units(low)}`;
  return high === undefined ? undefined : `at most ${high} ${units(high)}`;
}

function finite(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
