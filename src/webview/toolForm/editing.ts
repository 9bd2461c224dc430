import type { FieldNode } from '../../forms/field';
import type { Form } from '../../forms/form';
import type { Folding } from './folding';
import type { NameDrafts } from './nameDrafts';
import type { Problem } from './problems';
import type { ShownProblems } from './shownProblems';

/** What every field needs to be edited and to show its problems. */
export interface Editing {
  readonly form: Form;
  readonly folding: Folding;
  readonly names: NameDrafts;
  /** Whether it is to be typed unseen. */
  isSecret(field: FieldNode): boolean;
  /** Runs the change, then draws and checks again. `said` is for the ear. */
  change(action: () => void, said?: string): void;
  announce(text: string): void;
  newId(): string;
}

export interface FieldProps {
  readonly field: FieldNode;
  /** `field.revision`, as a property so that an unchanged field is not drawn again. */
  readonly revision: number;
  readonly editing: Editing;
  readonly shown: ShownProblems;
}

export function problemsOf(field: FieldNode, shown: ShownProblems): readonly Problem[] {
  const own = shown.byPointer.get(field.pointer) ?? [];
  // The items of a choice of several are not fields that could show theirs.
  const items = field.choices ? field.children.flatMap(({ pointer }) => shown.byPointer.get(pointer) ?? []) : [];
  const problems = items.length > 0 ? [...own, ...items] : own;
  return shown.all || field.revision > 0 ? problems : problems.filter(({ kind }) => kind !== 'missing');
}

/** Its fields are drawn in it, which those of a choice of several are not. */
export function isGroup({ kind, choices }: FieldNode): boolean {
  return kind === 'object' || (kind === 'array' && choices === undefined);
}

/** Items, places of a tuple and entries whose value is one control: they stand in a row, with their name beside it. */
export function isRow(field: FieldNode): boolean {
  return (
    (field.role === 'item' || field.role === 'slot' || field.role === 'entry') &&
    field.kind !== 'object' &&
    field.kind !== 'array' &&
    field.kind !== 'json' &&
    (field.pickers.length === 0 || isTyped(field))
  );
}

/** The type stands beside the value. */
export function isTyped({ pickers, kind }: FieldNode): boolean {
  return pickers.length === 1 && pickers[0]?.by === 'type' && kind !== 'json';
}

/** What the server sets is shown and not to be changed, unless nothing could be sent without it. */
export function isLocked(field: FieldNode): boolean {
  return field.readOnly && !field.required;
}

/** Id of the element that takes the focus for a field. */
export function controlId(field: FieldNode): string {
  return `f${field.id}`;
}

export function nameId(field: FieldNode): string {
  return `${controlId(field)}-name`;
}

/** Of the button that adds an entry. */
export function addId(field: FieldNode): string {
  return `${controlId(field)}-add`;
}

export function foldId(field: FieldNode): string {
  return `${controlId(field)}-fold`;
}

/** Id of the element that takes the focus for a field or, where it is a group, for the first of its fields. */
export function firstControlId(field: FieldNode): string {
  if (!field.isNamed) return nameId(field);
  if (field.presence !== 'value' || !isGroup(field)) return controlId(field);
  const first = field.children.find((child) => !isFixed(child)) ?? field.children[0];
  return first === undefined ? controlId(field) : firstControlId(first);
}

/** Elements that can take the focus for a field, the best first. */
export function focusIds(field: FieldNode): string[] {
  const around = field.parent?.choices ? [controlId(field.parent)] : [];
  return [controlId(field), firstControlId(field), nameId(field), addId(field), foldId(field), ...around];
}

/** A value that the schema fixes and asks for. */
export function isAlwaysSent({ kind, required, presence }: FieldNode): boolean {
  return (kind === 'const' || kind === 'null') && required && presence === 'value';
}

/** There is nothing to do at it. */
function isFixed(field: FieldNode): boolean {
  return isAlwaysSent(field) || isLocked(field);
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
  const type = isTyped(field) ? undefined : TYPE_WORDS[field.kind];
  return [type, ...field.hints].filter((part) => part !== undefined).join(' · ');
}

/** The label, and for an item of an array its place. */
export function labelOf(field: FieldNode): string {
  if (!field.isNamed) return 'New entry';
  if (field.parent?.kind === 'array' && !(field.role === 'slot' && field.label !== '')) {
    return `${field.label || 'Item'} ${Number(field.key) + 1}`;
  }
  if (field.label !== '') return field.label;
  return field.parent === undefined ? 'Arguments' : '(empty name)';
}

/** Label with those of the groups around it, for lists of problems: "Edits › Item 2 › Old text". */
export function pathOf(field: FieldNode): string {
  const parts: string[] = [];
  for (let current: FieldNode | undefined = field; current?.parent; current = current.parent)
    parts.unshift(labelOf(current));
  return parts.length > 0 ? parts.join(' › ') : 'Arguments';
}

/** After the drawing that a change has just asked for, and before the next key: drawing waits in a microtask too. */
export function afterDrawing(action: () => void): void {
  queueMicrotask(action);
}

export function focusLater(...ids: readonly string[]): void {
  afterDrawing(() => focusFirst(ids));
}

/** Focuses the first of the elements that is there and can be used. */
export function focusFirst(ids: readonly string[], options?: FocusOptions): HTMLElement | undefined {
  for (const id of ids) {
    const element = document.getElementById(id);
    if (!element?.matches(':enabled')) continue;
    element.focus(options);
    return element;
  }
  return undefined;
}
