import type { FieldNode } from '../../forms/field';
import { UNREADABLE } from '../../forms/fieldErrors';
import type { Form } from '../../forms/form';

type Texts = Readonly<Record<string, string>>;

/** What was typed and cannot be read yet, by the pointer of its field; undefined where there is none. */
export function unreadTexts(form: Form): Texts | undefined {
  const entries = form
    .errors()
    .filter(({ keyword }) => UNREADABLE.has(keyword) && keyword !== 'name')
    .map(({ pointer }) => [pointer, form.find(pointer)?.text ?? ''] as const);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** Puts them back where the form has such a field and nothing in it. */
export function restoreTexts(form: Form, texts: Texts): void {
  for (const [pointer, text] of Object.entries(texts)) {
    const field = form.find(pointer);
    if (field?.isAny && field.presence === 'absent') pickJson(form, field);
    if (field?.presence === 'absent' && takesText(field)) form.setText(field, text);
  }
}

/** Only JSON can be half typed where anything goes; numbers are as well off there. */
function pickJson(form: Form, field: FieldNode): void {
  const options = field.pickers.at(-1)?.options ?? [];
  form.pick(field, field.pickers.length - 1, options.length - 1);
}

function takesText({ kind }: FieldNode): boolean {
  return kind === 'number' || kind === 'integer' || kind === 'json';
}
