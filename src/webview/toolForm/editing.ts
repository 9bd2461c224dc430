import type { FieldNode } from '../../forms/field';
import type { Form } from '../../forms/form';
import type { Problem } from './problems';

/** What every field needs to be edited and to show its problems. */
export interface Editing {
  readonly form: Form;
  /** Runs the change, then draws and checks again. */
  change(action: () => void): void;
}

/** Problems by the pointer of their field. Replaced, never changed, so that fields compare it by identity. */
export interface ShownProblems {
  readonly byPointer: ReadonlyMap<string, readonly Problem[]>;
  /** Whether missing values are shown at fields that nobody has touched: after an attempt to run. */
  readonly all: boolean;
}

export interface FieldProps {
  readonly field: FieldNode;
  /** `field.revision`, as a property so that an unchanged field is not drawn again. */
  readonly revision: number;
  readonly editing: Editing;
  readonly shown: ShownProblems;
}

export function problemsOf(field: FieldNode, shown: ShownProblems): readonly Problem[] {
  const problems = shown.byPointer.get(field.pointer) ?? [];
  return shown.all || field.revision > 0 ? problems : problems.filter(({ kind }) => kind !== 'missing');
}

/** Id of the element that takes the focus for a field. */
export function controlId(field: FieldNode): string {
  return `f${field.id}`;
}

/** Id of the element that takes the focus for a field or, where it is a group, for the first of its fields. */
export function firstControlId(field: FieldNode): string {
  if (field.presence !== 'value' || (field.kind !== 'object' && field.kind !== 'array')) return controlId(field);
  const first = field.children.find((child) => !isFixed(child)) ?? field.children[0];
  return first === undefined ? controlId(field) : firstControlId(first);
}

/** There is nothing to do at a value that is always sent. */
function isFixed({ kind, required, presence }: FieldNode): boolean {
  return (kind === 'const' || kind === 'null') && required && presence === 'value';
}

/** The ids of the texts that explain a field, for `aria-describedby`; undefined where there is none. */
export function describedBy(field: FieldNode, problems: readonly Problem[]): string | undefined {
  const id = controlId(field);
  const parts = [
    field.description !== undefined && `${id}-about`,
    hintText(field) !== '' && `${id}-hint`,
    problems.length > 0 && `${id}-problem`,
  ].filter((part) => part !== false);
  return parts.length > 0 ? parts.join(' ') : undefined;
}

const TYPE_WORDS: Partial<Record<FieldNode['kind'], string>> = {
  number: 'number',
  integer: 'whole number',
  json: 'JSON',
};

/** Type and constraints in one line: "whole number, 1 to 10". */
export function hintText(field: FieldNode): string {
  return [TYPE_WORDS[field.kind], ...field.hints].filter((part) => part !== undefined).join(' · ');
}

/** The label, and for an item of an array its place. */
export function labelOf(field: FieldNode): string {
  if (field.parent?.kind !== 'array') return field.label === '' ? 'Arguments' : field.label;
  return `${field.label || 'Item'} ${Number(field.key) + 1}`;
}

/** Label with those of the groups around it, for lists of problems: "Edits › Item 2 › Old text". */
export function pathOf(field: FieldNode): string {
  const parts: string[] = [];
  for (let current: FieldNode | undefined = field; current?.parent; current = current.parent)
    parts.unshift(labelOf(current));
  return parts.length > 0 ? parts.join(' › ') : 'Arguments';
}
