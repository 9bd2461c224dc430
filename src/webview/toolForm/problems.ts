import type { FieldNode } from '../../forms/field';
import type { Form } from '../../forms/form';
import type { Checked } from './validatorClient';

/** One thing that is wrong with the arguments, at the field that can change it. */
export interface Problem {
  readonly pointer: string;
  readonly message: string;
  readonly kind: 'missing' | 'unreadable' | 'invalid';
}

export interface Problems {
  readonly list: readonly Problem[];
  /** Why the schema says nothing, or not everything, about the arguments. */
  readonly notice: string | undefined;
}

export const NO_PROBLEMS: Problems = { list: [], notice: undefined };

/** Keywords that say something about the schema and not about the value. */
const ABOUT_SCHEMA = new Set(['$ref', '$schema']);

/** Problems found without the schema's validator. */
export function localProblems(form: Form): Problem[] {
  return form.errors().map(({ pointer, message, keyword }) => ({
    pointer,
    message,
    kind: keyword === 'required' ? 'missing' : 'unreadable',
  }));
}

/** Both kinds, each at a field of the form, in the order of the form. */
export function allProblems(form: Form, checked: Checked | undefined): Problems {
  const local = localProblems(form);
  if (checked === undefined) return { list: local, notice: undefined };
  if ('unchecked' in checked) return { list: local, notice: checked.unchecked };
  const taken = new Set(local.map(({ pointer }) => pointer));
  const notes = checked.validation.errors.filter(({ keyword }) => ABOUT_SCHEMA.has(keyword));
  const found: Problem[] = [...local];
  for (const { pointer, keyword, message } of checked.validation.errors) {
    if (ABOUT_SCHEMA.has(keyword) || taken.has(pointer)) continue;
    const place = nearestField(form, pointer);
    const inside = pointer.slice(place.length);
    found.push({
      pointer: place,
      message: inside === '' ? message : `${inside.slice(1)}: ${message}`,
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

function numberFields(field: FieldNode, order: Map<string, number>): void {
  order.set(field.pointer, order.size);
  if (field.presence === 'value') for (const child of field.children) numberFields(child, order);
}
