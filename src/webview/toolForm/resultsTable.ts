import type { JsonObject, JsonValue } from '../../shared/json';

/** A list of objects as rows and columns, bounded. */
export interface JsonTable {
  /** Member that holds the list; empty where the value itself is the list. */
  readonly name: string;
  readonly columns: readonly string[];
  /** One cell for each column; undefined where the object has no such member. */
  readonly rows: readonly (readonly (Cell | undefined)[])[];
  /** Rows of the whole list. */
  readonly total: number;
}

interface Cell {
  readonly text: string;
  readonly type: string;
}

const MAX_TABLES = 5;
const MAX_ROWS = 200;
const MAX_COLUMNS = 30;
const MAX_CELL = 300;

/**
 * The value itself, or its members, as far as they are lists of objects. `lengths`: of lists of which only the beginning is
 * here, by name.
 */
export function tablesOf(value: JsonValue, lengths: Readonly<Record<string, number>> = {}): readonly JsonTable[] {
  if (isListOfObjects(value)) return [tableOf('', value, lengths)];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const tables: JsonTable[] = [];
  for (const [name, member] of Object.entries(value)) {
    if (tables.length < MAX_TABLES && isListOfObjects(member)) tables.push(tableOf(name, member, lengths));
  }
  return tables;
}

function isListOfObjects(value: JsonValue | undefined): value is JsonObject[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item))
  );
}

function tableOf(name: string, list: readonly JsonObject[], lengths: Readonly<Record<string, number>>): JsonTable {
  const shown = list.slice(0, MAX_ROWS);
  const found = new Set<string>();
  for (const row of shown) for (const column of Object.keys(row)) if (found.size < MAX_COLUMNS) found.add(column);
  const columns = [...found];
  const rows = shown.map((row) =>
    columns.map((column) => (Object.hasOwn(row, column) ? cellOf(row[column]) : undefined)),
  );
  return { name, columns, rows, total: Object.hasOwn(lengths, name) ? (lengths[name] ?? 0) : list.length };
}

function cellOf(value: JsonValue | undefined): Cell {
  const type = value === null ? 'null' : typeof value;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return { text: text.length > MAX_CELL ? `${text.slice(0, MAX_CELL)}…` : text, type };
}
