import type { JSX } from 'preact';
import type { FieldNode } from '../../forms/field';
import { formatJson } from '../../forms/jsonText';
import { boundedText } from '../../forms/limits';
import { ownMember } from '../../forms/pointer';
import { controlId, describedBy, type FieldProps, labelOf, problemsOf } from './editing';

/** What stands in an empty control: what is sent instead. */
export function placeholder(field: FieldNode): string | undefined {
  if (field.presence === 'null') return 'null';
  if (field.presence === 'value' && field.kind === 'string') return 'empty text';
  return field.required ? undefined : 'not set';
}

export function commonAttributes(props: FieldProps) {
  const { field } = props;
  const problems = problemsOf(field, props.shown);
  return {
    id: controlId(field),
    // The name of an entry is in a text field, which cannot be a label.
    'aria-label': field.role === 'entry' ? labelOf(field) : undefined,
    'aria-describedby': describedBy(field, problems),
    'aria-invalid': problems.length > 0 ? ('true' as const) : undefined,
    'aria-required': field.required && field.role === 'property' ? ('true' as const) : undefined,
  };
}

/** Typed text. An emptied text field becomes absent: empty text is sent only where somebody asks for it. */
export function typeInto({ field, editing }: FieldProps, text: string): void {
  editing.change(() => {
    if (text === '') editing.form.setPresence(field, 'absent');
    else editing.form.setText(field, text);
  });
}

export const INPUT_MODES: Readonly<Record<string, JSX.HTMLAttributes<HTMLInputElement>['inputMode']>> = {
  email: 'email',
  uri: 'url',
  url: 'url',
  integer: 'numeric',
  number: 'decimal',
};

/** The examples of the schema as texts that can be typed. */
export function suggestions(field: FieldNode): string[] {
  const texts = field.examples.flatMap((example) => {
    if (field.kind === 'string') return typeof example === 'string' && !/[\r\n]/.test(example) ? [example] : [];
    return typeof example === 'number' ? [formatJson(example, 0)] : [];
  });
  return [...new Set(texts)].filter((text) => boundedText(text, 200) === text);
}

/** Not a keyword of JSON Schema, but what servers write for it. */
export function unitOf(field: FieldNode): string | undefined {
  const { facts } = field.shape;
  return boundedText(ownMember(facts, 'unit'), 20) ?? boundedText(ownMember(facts, 'x-unit'), 20);
}
