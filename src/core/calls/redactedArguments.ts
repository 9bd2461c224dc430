import type { JsonValue } from '../../shared/json';
import type { Redactor } from '../traffic/redactor';
import { shorten } from '../traffic/shorten';

/** Arguments as they may be kept and shown: bounded, without known secrets and members that are named like secrets. */
export function redactedArguments(args: unknown, redactor: Redactor, maxCharacters: number): JsonValue {
  const clean = (text: string) => redactor.text(text);
  return redactor.json(shorten(args, { maxCharacters, maxTextCharacters: maxCharacters / 4, clean }));
}
