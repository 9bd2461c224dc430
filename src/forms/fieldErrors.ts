import type { JsonValue } from '../shared/json';
import type { Budget } from './budget';
import type { FieldNode } from './field';
import { FORMATS } from './formats';
import { isAbove, isBelow, judge, MAX_COMPARED, twinIn } from './judge';
import { boundedText } from './limits';
import { constraintMessage } from './messages';
import { escapeSegment } from './pointer';
import { testPattern } from './safePattern';
import { isSchemaObject, type SchemaObject, SchemaSource } from './schemaSource';

/** Something that is wrong with the value, found without the validator. */
export interface FormError {
  readonly pointer: string;
  /**
   * `required`: missing. `number`, `json`, `name`: what was typed cannot be read, so that there is nothing to send.
   * Anything else is the JSON Schema keyword that the value does not meet.
   */
  readonly keyword: string;
  readonly message: string;
}

/** Keywords of errors about what was typed: there is no value to send. */
export const UNREADABLE: ReadonlySet<string> = new Set(['number', 'json', 'name']);

/** All that is quickly known to be wrong below the field, in the order of the form. */
export function errorsOf(field: FieldNode, source: SchemaSource): FormError[] {
  const errors: FormError[] = [];
  collect(field, field.pointer, source, errors);
  return errors;
}

function collect(field: FieldNode, pointer: string, source: SchemaSource, errors: FormError[]): void {
  const add = (keyword: string, message: string) => errors.push({ pointer, keyword, message });
  if (!field.isNamed) add('name', 'Enter a name, or remove this entry.');
  if (field.presence === 'absent') {
    if (field.required || comesBeforeAValue(field)) add('required', 'A value is required.');
    return;
  }
  if (field.presence === 'null') return;
  field.settle();
  const { kind, shape } = field;
  const { facts } = shape;
  if (kind === 'number' || kind === 'integer') {
    const parsed = field.parsedNumber();
    if (!parsed.ok) add('number', parsed.message);
    else for (const keyword of numberFaults(facts, parsed.value)) add(keyword, constraintMessage(keyword, facts));
  } else if (kind === 'json') {
    const parsed = field.parsedJson();
    if (!parsed.ok) add('json', parsed.message);
    else if (field.isMisfit) addMisfit(field, parsed.value, source, add);
  } else if (kind === 'string') {
    for (const keyword of textFaults(facts, field.text, source.budget)) add(keyword, constraintMessage(keyword, facts));
  } else if (kind === 'array') {
    const items = field.children;
    const values = items.map((item) => item.value()).filter((value) => value !== undefined);
    for (const keyword of listFaults(facts, values)) {
      // The items that are drawn and empty say it themselves.
      if (keyword !== 'minItems' || isBelow(items.length, facts.minItems))
        add(keyword, constraintMessage(keyword, facts));
    }
    const twin = facts.uniqueItems === true && values.length <= MAX_COMPARED ? twinIn(values, source.budget) : -1;
    const { slots, rest } = shape.kind === 'array' ? shape.array : { slots: [], rest: true };
    items.forEach((item, index) => {
      if (rest === false && index >= slots.length) {
        errors.push({ pointer: `${pointer}/${index}`, keyword: 'items', message: 'There is no place for this item.' });
      }
      if (index === twin) {
        errors.push({
          pointer: `${pointer}/${index}`,
          keyword: 'uniqueItems',
          message: constraintMessage('uniqueItems', facts),
        });
      }
      collect(item, `${pointer}/${index}`, source, errors);
    });
  } else if (kind === 'object') {
    collectMembers(field, pointer, source, errors);
  }
  const value = shape.rules.length > 0 || kind === 'boolean' ? field.value() : undefined;
  if (kind === 'boolean' && value === undefined) add('required', 'A value is required.');
  if (value === undefined) return;
  for (const rule of shape.rules) {
    if (judge(rule, value, source) === false) add(Object.keys(rule)[0] ?? 'not', ruleMessage(rule));
  }
}

/** A tuple has no holes. */
function comesBeforeAValue(field: FieldNode): boolean {
  if (field.role !== 'slot') return false;
  const later = field.parent?.children.slice(Number(field.key) + 1) ?? [];
  return later.some((item) => item.presence !== 'absent');
}

function addMisfit(
  field: FieldNode,
  value: JsonValue,
  source: SchemaSource,
  add: (keyword: string, message: string) => void,
): void {
  const { shape } = field;
  const type = shape.kind;
  if (type === 'enum') add('enum', constraintMessage('enum', { enum: shape.options.map((option) => option.value) }));
  else if (type === 'const') add('const', constraintMessage('const', { const: shape.value }));
  else if (!shape.isImplied && judge({ type }, value, source) === false)
    add('type', constraintMessage('type', { type }));
}

function collectMembers(field: FieldNode, pointer: string, source: SchemaSource, errors: FormError[]): void {
  const { shape } = field;
  if (shape.kind !== 'object') return;
  const { facts, object } = shape;
  const present = field.children.filter((child) => child.presence !== 'absent').length;
  for (const [keyword, isWrong] of [
    ['minProperties', isBelow(present, facts.minProperties)],
    ['maxProperties', isAbove(present, facts.maxProperties)],
  ] as const) {
    if (isWrong) errors.push({ pointer, keyword, message: constraintMessage(keyword, facts) });
  }
  for (const child of field.children) {
    const childPointer = `${pointer}/${escapeSegment(child.key)}`;
    if (child.role === 'entry' && child.isNamed) {
      const add = (keyword: string) =>
        errors.push({ pointer: childPointer, keyword, message: constraintMessage(keyword, facts) });
      if (object.entrySchema(child.key) === false) add('additionalProperties');
      else if (object.names.some((names) => judge(names, child.key, source) === false)) add('propertyNames');
    }
    collect(child, childPointer, source, errors);
  }
}

function numberFaults(facts: SchemaObject, value: number): string[] {
  const source = new SchemaSource(true);
  return ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'].filter(
    (keyword) => judge({ [keyword]: facts[keyword] }, value, source) === false,
  );
}

function textFaults(facts: SchemaObject, text: string, budget: Budget): string[] {
  const length = [...text].length;
  const format = typeof facts.format === 'string' ? FORMATS.get(facts.format) : undefined;
  const faults = [
    isBelow(length, facts.minLength) && 'minLength',
    isAbove(length, facts.maxLength) && 'maxLength',
    typeof facts.pattern === 'string' && testPattern(facts.pattern, text, budget) === false && 'pattern',
    format?.(text) === false && 'format',
  ];
  return faults.filter((fault) => fault !== false);
}

function listFaults(facts: SchemaObject, items: readonly JsonValue[]): string[] {
  const faults = [
    isBelow(items.length, facts.minItems) && 'minItems',
    isAbove(items.length, facts.maxItems) && 'maxItems',
  ];
  return faults.filter((fault) => fault !== false);
}

function ruleMessage(rule: SchemaObject): string {
  const [keyword = 'not', branches] = Object.entries(rule)[0] ?? [];
  const lists = (Array.isArray(branches) ? branches : []).map((branch) =>
    isSchemaObject(branch) && Array.isArray(branch.required) ? branch.required.join(' and ') : undefined,
  );
  if (lists.length === 0 || lists.includes(undefined)) return constraintMessage(keyword, rule);
  const words = boundedText(lists.join(', '), 200) ?? '';
  return keyword === 'oneOf' ? `Exactly one of these is required: ${words}.` : `One of these is required: ${words}.`;
}
