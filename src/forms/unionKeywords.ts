import type { JsonError, JsonSchemaValidatorParams, Keyword, SchemaNode } from 'json-schema-library';
import type { JsonValue } from '../shared/json';
import { chooseVariant } from './chooseVariant';
import { keywordOf } from './messages';
import { SchemaSource } from './schemaSource';

/** Faults of the value itself, by which a variant is not the one that was meant. */
const EXCLUDING = new Set(['type', 'const', 'enum', 'false', 'oneOf', 'anyOf']);

/**
 * `anyOf` and `oneOf` that say what is wrong inside the variant that was meant, where there is one, and not only that
 * none fits.
 */
export function unionKeywords(keywords: readonly Keyword[]): Keyword[] {
  const sources = new WeakMap<SchemaNode, SchemaSource>();
  const sourceOf = ({ context: { rootNode } }: SchemaNode) => {
    const source = sources.get(rootNode) ?? new SchemaSource(rootNode.schema);
    sources.set(rootNode, source);
    return source;
  };
  return keywords
    .filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')
    .map((keyword) => ({ ...keyword, validate: (params) => validateUnion(keyword.keyword, params, sourceOf) }));
}

function validateUnion(
  keyword: string,
  { node, data, pointer, path }: JsonSchemaValidatorParams,
  sourceOf: (node: SchemaNode) => SchemaSource,
): JsonError | JsonError[] | undefined {
  const branches = keyword === 'anyOf' ? node.anyOf : node.oneOf;
  if (branches === undefined) return undefined;
  const faults: JsonError[][] = [];
  let matches = 0;
  for (const branch of branches) {
    const { errors } = branch.validate(data, pointer, path);
    if (errors.length > 0) faults.push(errors);
    else if (keyword === 'anyOf') return undefined;
    else matches++;
    if (errors.length === 0) faults.push([]);
  }
  if (matches === 1) return undefined;
  const about = { value: data, pointer, schema: node.schema, [keyword]: node.schema[keyword] };
  if (matches > 1) return node.createError('multiple-one-of-error', { ...about, matches: [] });
  const none = (at: string) =>
    node.createError(keyword === 'anyOf' ? 'any-of-error' : 'one-of-error', { ...about, pointer: at, errors: [] });
  const source = sourceOf(node);
  source.budget.renew();
  const meant = faults[chooseVariant(node.schema[keyword], data as JsonValue, source)] ?? [];
  if (meant.some((error) => error.data.pointer === pointer && EXCLUDING.has(keywordOf(String(error.code))))) {
    return none(pointer);
  }
  // A wrong discriminator: no variant has this constant there.
  const mark = meant.find((error) => keywordOf(String(error.code)) === 'const');
  return mark === undefined ? meant : none(mark.data.pointer);
}
