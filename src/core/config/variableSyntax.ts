/** One `${…}` in a text, e.g. `${env:HOME}`: kind `env`, name `HOME`. */
export interface VariableReference {
  /** As written, with `${` and `}`. */
  readonly text: string;
  readonly kind: string;
  /** What follows the first colon; undefined where there is none. */
  readonly name: string | undefined;
}

/** Neither brace inside: what follows one `${` is looked through once, however many of them stand in a row. */
const REFERENCE = /\$\{([^{}]*)\}/g;
const NAME = /^[\w.-]{1,100}$/;

export function findVariables(text: string): VariableReference[] {
  return [...text.matchAll(REFERENCE)].map(([whole, inner = '']) => toReference(whole, inner));
}

/** Puts a text in the place of each variable, in one pass: what `replace` gives is not looked at again. */
export function replaceVariables(text: string, replace: (reference: VariableReference) => string): string {
  return text.replace(REFERENCE, (whole: string, inner: string) => replace(toReference(whole, inner)));
}

/** Whether a variable of this form exists, whatever its value. */
export function isKnownVariable({ kind, name }: VariableReference): boolean {
  if (kind === 'env') return name !== undefined && name !== '';
  if (kind === 'secret' || kind === 'input') return name !== undefined && NAME.test(name);
  if (kind === 'workspaceFolder') return name !== '';
  return kind === 'userHome' && name === undefined;
}

/** Whether it is a secret or an input with a name that none can have: people read these names in questions. */
export function hasBadName({ kind, name }: VariableReference): boolean {
  return (kind === 'secret' || kind === 'input') && name !== undefined && !NAME.test(name);
}

function toReference(text: string, inner: string): VariableReference {
  const colon = inner.indexOf(':');
  return colon < 0
    ? { text, kind: inner, name: undefined }
    : { text, kind: inner.slice(0, colon), name: inner.slice(colon + 1) };
}
