import type { ElicitField, ElicitRequest, SampleRequest } from '../../core/ports';
import type { JsonValue } from '../../shared/json';
import type { Translate } from '../localize';
import { manyLines, oneLine } from '../plainText';

/** What a dialog shows without hiding its buttons, in characters and lines. */
const MAX_DIALOG = 3000;
const MAX_DIALOG_LINES = 40;
const MAX_MESSAGE = 300;

/**
 * What stands under the question whether to open an address: its host, what is odd about it and the address in full,
 * above all that the server says, which is one quoted line.
 */
export function visitDetail(request: ElicitRequest & { mode: 'url' }, t: Translate): string {
  const message = oneLine(request.message, MAX_MESSAGE);
  const { warning = '', advice } = visitTexts(request, t);
  const lines = [
    t('Host: {0}', oneLine(request.host, 300)),
    warning,
    // Never shortened: nobody should open what they cannot see in full.
    manyLines(request.url, Number.POSITIVE_INFINITY),
    advice,
    message && t('The server says: “{0}”', message),
  ];
  return lines.filter((line) => line !== '').join('\n\n');
}

/** What there is to say of an address that a server wants opened: what is odd about it, and when to open it. */
export function visitTexts({ isPunycode }: ElicitRequest & { mode: 'url' }, t: Translate) {
  return {
    ...(isPunycode && { warning: t('The host has letters that may look like other letters. Check it carefully.') }),
    advice: t('Open it only if you expected this. The server does not see what you do there.'),
  };
}

/** The whole conversation that a model would be given. */
export function sampleDetail({ messages, systemPrompt, maxTokens }: SampleRequest, t: Translate): string {
  const shown = messages.map(({ role, content }) => {
    const blocks = content.map((block) =>
      block.type === 'text' ? String(block.text) : `[${oneLine(String(block.type), 30)}]`,
    );
    return `${role}: ${blocks.join('\n')}`;
  });
  const all = systemPrompt === undefined ? shown : [`system: ${systemPrompt}`, ...shown];
  const limit = t('At most {0} tokens.', maxTokens);
  return `${limit}\n\n${manyLines(all.join('\n\n'), Number.POSITIVE_INFINITY)}`;
}

/** Whether a dialog can show a text whole. */
export function fitsDialog(text: string): boolean {
  return text.length <= MAX_DIALOG && text.split('\n').length <= MAX_DIALOG_LINES;
}

/** That others wait behind a question; undefined where none does. */
export function moreQuestions(waiting: number, t: Translate): string | undefined {
  if (waiting === 0) return undefined;
  return waiting === 1 ? t('1 more question') : t('{0} more questions', waiting);
}

/** What a form is about, where its steps have no room for it: they are single lines that are cut off. */
export function formIntroduction({ message, fields }: ElicitRequest & { mode: 'form' }): string | undefined {
  const [first] = fields;
  const room = first && hasPrompt(first) ? MAX_MESSAGE : MAX_LINE;
  const long = fields.filter((field) => !hasPrompt(field) && fieldHint(field).length > MAX_LINE);
  if (first && message.length <= room && long.length === 0) return undefined;
  const hints = long.map(({ title, description = '' }) => `${oneLine(title, 200)}: ${oneLine(description, 1000)}`);
  const lines = manyLines(message, MAX_DIALOG).split('\n').slice(0, MAX_DIALOG_LINES).join('\n');
  return [lines, ...hints].filter(Boolean).join('\n\n').trim();
}

/** What a step says of its field beside the title. */
export function fieldHint({ title, description = '' }: ElicitField): string {
  return [title.length > MAX_TITLE ? title : '', description].filter(Boolean).join(': ');
}

/** Whether a field is entered in an input box, which shows several lines under it. */
function hasPrompt({ kind }: ElicitField): boolean {
  return kind === 'text' || kind === 'number';
}

/** So much of a placeholder can be read. */
const MAX_LINE = 80;
/** So much of a field's name stands in the title of its step. */
export const MAX_TITLE = 60;

/** The text of an input box as the value that the server gets; undefined where nothing was entered. */
export function parseEntry(field: ElicitField, text: string): JsonValue | undefined {
  if (text === '') return undefined;
  if (field.kind !== 'number') return text;
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** What is wrong with what was entered; undefined where it may be sent. */
export function entryProblem(field: ElicitField, text: string, t: Translate): string | undefined {
  const value = parseEntry(field, text);
  if (value === undefined) return field.required ? t('A value is required.') : undefined;
  const problem = field.check(value);
  return problem && t('Not valid: {0}.', problem);
}
