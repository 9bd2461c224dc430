import type { SchemaSource } from './schemaSource';
import { type EnumOption, type Shape, shapeOf } from './shape';

/** More are found sooner in a list with a filter, item by item. */
const MOST = 24;

/** What an array holds any of, each at most once; undefined for every other shape. */
export function choicesOf(shape: Shape, source: SchemaSource): readonly EnumOption[] | undefined {
  if (shape.kind !== 'array' || shape.facts.uniqueItems !== true || shape.array.slots.length > 0) return undefined;
  const item = shapeOf(shape.array.rest, { source, picks: new Map(), value: undefined }, false);
  const isPlain = item.kind === 'enum' && !item.nullable && item.pickers.length === 0 && !item.conditional;
  return isPlain && item.options.length <= MOST ? item.options : undefined;
}
