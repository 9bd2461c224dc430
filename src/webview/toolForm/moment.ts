/** Dates and times (RFC 3339) in the parts that native inputs hold. */

export type MomentFormat = 'date' | 'time' | 'date-time';

export interface MomentParts {
  /** As a native input of the kind writes it. */
  readonly local: string;
  /** `Z` or `+02:00`, as typed; empty for dates. */
  readonly zone: string;
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d\d:\d\d:\d\d(?:\.\d{1,3})?$/;
const ZONE = /(?:[Zz]|[+-]\d\d:\d\d)?$/;

/** The parts of a text, where native inputs can hold it without a loss. */
export function partsOf(text: string, format: MomentFormat): MomentParts | undefined {
  if (text === '') return { local: '', zone: '' };
  if (format === 'date') return DATE.test(text) && isDay(text) ? { local: text, zone: '' } : undefined;
  const zone = ZONE.exec(text)?.[0] ?? '';
  const local = text.slice(0, text.length - zone.length);
  const [day, time = '', ...more] = format === 'time' ? ['2000-01-01', local] : local.split('T');
  if (day === undefined || !DATE.test(day) || !isDay(day) || !TIME.test(time) || more.length > 0) return undefined;
  return Number(time.slice(0, 2)) < 24 && Number(time.slice(3, 5)) < 60 && Number(time.slice(6, 8)) < 60
    ? { local, zone }
    : undefined;
}

/** What a native input says, with the seconds that RFC 3339 asks for, and the zone. */
export function momentText(local: string, zone: string, format: MomentFormat): string {
  if (local === '' || format === 'date') return local;
  return `${/:\d\d:\d\d/.test(local) ? local : `${local}:00`}${zone}`;
}

/** The zone of a person at that time. */
export function zoneAt(local: string, offsetMinutes: (local: string) => number): string {
  const offset = offsetMinutes(local);
  if (!Number.isFinite(offset) || offset === 0) return 'Z';
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
}

function isDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return month >= 1 && month <= 12 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year > 0;
}
