import type { FieldNode, Form } from '../../../src/forms/index';

export function object(properties: Record<string, unknown>, rest: Record<string, unknown> = {}) {
  return { type: 'object', properties, ...rest };
}

export function field(form: Form, pointer: string): FieldNode {
  const found = form.find(pointer);
  if (!found) throw new Error(`No field at ${pointer}`);
  return found;
}

/** Follows the option of this name in the picker that has it. */
export function pick(form: Form, pointer: string, label: string): FieldNode {
  const at = field(form, pointer);
  const picker = at.pickers.findIndex(({ options }) => options.some((option) => option.label === label));
  const option = at.pickers[picker]?.options.findIndex((candidate) => candidate.label === label) ?? -1;
  if (option < 0) throw new Error(`No option ${label} at ${pointer}`);
  form.pick(at, picker, option);
  return at;
}

export function labels(at: FieldNode): string[][] {
  return at.pickers.map(({ options }) => options.map(({ label }) => label));
}

export function keys(at: FieldNode): string[] {
  return at.children.map(({ key }) => key);
}

/** `if`, `then` and `else`, which written as an object would look like a promise. */
export function conditional(condition: unknown, consequence: unknown, otherwise: unknown = true) {
  return Object.fromEntries([
    ['if', condition],
    ['then', consequence],
    ['else', otherwise],
  ]);
}

export function faults(form: Form): string[] {
  return form.errors().map(({ pointer, keyword }) => `${pointer} ${keyword}`);
}
