/**
 * Edits of a configuration file that touch nothing but their target, as `textEdits` does them.
 * Every function throws a `PatchbayError` of kind `config` where the text cannot be edited without losing something.
 */
import { PatchbayError } from '../../base/errors';
import type { JsonValue } from '../../shared/json';
import { isBlank, type JsonPath, parseText, propertiesOf, type TextRange } from './document';
import { NAME_PATTERN } from './schema/inputs';
import { type EditOptions, removeAt, setAt } from './textEdits';

/** What a new file begins with. */
const HEAD = { version: 1 };

/** Adds or replaces a server. An empty text becomes a whole file. */
export function setServer(text: string, id: string, value: JsonValue, options?: EditOptions): string {
  if (!NAME_PATTERN.test(id) || id === '__proto__') {
    throw new PatchbayError('config', `"${id.slice(0, 60)}" cannot be the id of a server.`, {
      hint: 'Use 1 to 64 letters, digits, "_", "." or "-".',
    });
  }
  return setAt(text, ['servers', id], value, { ...options, head: HEAD });
}

/** Removes a server; the same text where there is none. Comments around it stay. */
export function removeServer(text: string, id: string): string {
  return isBlank(text) ? text : removeAt(text, ['servers', id]);
}

/** Sets one key inside a server, e.g. `['timeouts', 'toolMs']`; `undefined` removes it. The server must exist. */
export function setServerKey(
  text: string,
  id: string,
  path: JsonPath,
  value: JsonValue | undefined,
  options?: EditOptions,
): string {
  if (!offsetOfServer(text, id)) {
    throw new PatchbayError('config', `The file has no server "${id}".`, { hint: 'Add the server first.' });
  }
  const whole = ['servers', id, ...path];
  return value === undefined ? removeAt(text, whole) : setAt(text, whole, value, { ...options, head: HEAD });
}

/** Where the key of a server stands, quotes included. Undefined where it has no entry. */
export function offsetOfServer(text: string, id: string): TextRange | undefined {
  return offsetOf(text, 'servers', id);
}

/** The same for a group of servers. */
export function offsetOfGroup(text: string, id: string): TextRange | undefined {
  return offsetOf(text, 'groups', id);
}

function offsetOf(text: string, section: 'servers' | 'groups', id: string): TextRange | undefined {
  const { root } = parseText(text);
  const key = propertiesOf(propertiesOf(root).get(section)?.value).get(id)?.key;
  return key && { offset: key.offset, length: key.length };
}
