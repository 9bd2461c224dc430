import type { FieldNode } from '../../forms/field';
import { UNREADABLE } from '../../forms/fieldErrors';
import type { Form } from '../../forms/form';
import { ownMember, parsePointer } from '../../forms/pointer';
import { pathOf } from './editing';
import type { NameDrafts } from './nameDrafts';
import type { Problem, Problems } from './shownProblems';
import type { Checked } from './validatorClient';

export type { Problem, Problems };

export const NO_PROBLEMS: Problems = { list: [], notice: undefined };

/** Keywords that say something about the schema and not about the value. */
const ABOUT_SCHEMA = new Set(['$ref', '$schema']);

/** Faults of a whole that the form knows the part of. */
const OF_THE_WHOLE = new Set(['anyOf', 'oneOf', 'propertyNames', 'minItems']);

/** The problem as its field shows it. */
export function textAtField({ inside, message }: Problem): string {
  return inside === undefined ? message : `${inside}: ${message}`;
}

/** The problem where the field is not in sight: in the list, and for the ear. */
export function textWithPath({ path, inside, message }: Problem): string {
  const place = [path, inside].filter((part) => part !== undefined).join(' › ');
  return place === '' ? message : `${place}: ${message}`;
}

/** Problems found without the schema's validator. */
export function localProblems(form: Form, names?: NameDrafts): Problem[] {
  const refused = (names?.refused() ?? []).map(([entry, message]): Problem => {
    return { pointer: entry.pointer, path: pathOf(entry), message, kind: 'unreadable' };
  });
  const found = form.errors().map(({ pointer, message, keyword }): Problem => {
    const kind = keyword === 'required' ? 'missing' : UNREADABLE.has(keyword) ? 'unreadable' : 'invalid';
    return { pointer, ...named(form, pointer), message, kind };
  });
  return [...found, ...refused];
}

function named(form: Form, pointer: string): Pick<Problem, 'path'> {
  const field = form.find(pointer);
  return field === undefined ? {} : { path: pathOf(field) };
}

/** Both kinds, each at a field of the form, in the order of the form. */
export function allProblems(form: Form, checked: Checked | undefined, names?: NameDrafts): Problems {
  const local = localProblems(form, names);
  if (checked === undefined) return { list: local, notice: undefined };
  if ('unchecked' in checked) return { list: local, notice: checked.unchecked };
  const taken = new Set(local.map(({ pointer }) => pointer));
  const notes = checked.validation.errors.filter(({ keyword }) => ABOUT_SCHEMA.has(keyword));
  const found: Problem[] = [...local];
  for (const { pointer, keyword, message } of checked.validation.errors) {
    if (ABOUT_SCHEMA.has(keyword) || taken.has(pointer)) continue;
    // The form knows which variant or name is meant, and where in it the fault is.
    if (OF_THE_WHOLE.has(keyword) && local.some((problem) => problem.pointer.startsWith(`${pointer}/`))) continue;
    const place = nearestField(form, pointer);
    const inside = pathInside(form.find(place)?.value(), parsePointer(pointer.slice(place.length)) ?? []);
    found.push({
      pointer: place,
      ...named(form, place),
      ...(inside !== '' && { inside }),
      message,
      kind: 'invalid',
    });
  }
  const order = new Map<string, number>();
  numberFields(form.root, order);
  found.sort((a, b) => (order.get(a.pointer) ?? 0) - (order.get(b.pointer) ?? 0));
  return { list: found, notice: notes[0]?.message };
}

export function sameProblems(a: Problems, b: Problems): boolean {
  return a.notice === b.notice && JSON.stringify(a.list) === JSON.stringify(b.list);
}

/** The pointer of the deepest field on the way: a JSON box stands for all that is in it. */
function nearestField(form: Form, pointer: string): string {
  for (let end = pointer.length; end > 0; end = pointer.lastIndexOf('/', end - 1)) {
    if (form.find(pointer.slice(0, end))) return pointer.slice(0, end);
  }
  return '';
}

/** The same words as for fields: `servers › Item 2 › host`. */
function pathInside(value: unknown, segments: readonly string[]): string {
  let current = value;
  const words: string[] = [];
  for (const segment of segments) {
    words.push(Array.isArray(current) ? `Item ${Number(segment) + 1}` : segment);
    current = ownMember(current, segment);
  }
  return words.join(' › ');
}

function numberFields(field: FieldNode, order: Map<string, number>): void {
  order.set(field.pointer, order.size);
  if (field.presence === 'value') for (const child of field.children) numberFields(child, order);
}
