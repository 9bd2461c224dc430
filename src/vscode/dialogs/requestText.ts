import type { ElicitField, ElicitRequest, SampleRequest } from '../../core/ports';
import type { JsonValue } from '../../shared/json';
import type { Translate } from '../localize';
import { manyLines, oneLine } from '../plainText';

const MAX_SHOWN = 3000;

/** What stands under the question whether to open an address: the address in full, its host apart, what is odd. */
export function visitDetail(request: ElicitRequest & { mode: 'url' }, t: Translate): string {
  const lines = [
    manyLines(request.message, 1000),
    t('Host: {0}', oneLine(request.host, 300)),
    // Never shortened: nobody should open what they cannot see in full.
    manyLines(request.url, Number.POSITIVE_INFINITY),
    t('Open it only if you expected this. The server does not see what you do there.'),
  ];
  if (request.isPunycode) {
    lines.splice(2, 0, t('The host has letters that may look like other letters. Check it carefully.'));
  }
  return lines.filter((line) => line !== '').join('\n\n');
}

/** The conversation that a model would be given, cut where it is long. */
export function sampleDetail({ messages, systemPrompt, maxTokens }: SampleRequest, t: Translate): string {
  const shown = messages.map(({ role, content }) => {
    const blocks = content.map((block) =>
      block.type === 'text' ? String(block.text) : `[${oneLine(String(block.type), 30)}]`,
    );
    return `${role}: ${blocks.join('\n')}`;
  });
  const all = systemPrompt === undefined ? shown : [`system: ${systemPrompt}`, ...shown];
  const limit = t('At most {0} tokens.', maxTokens);
  return `${manyLines(all.join('\n\n'), MAX_SHOWN)}\n\n${limit}`;
}

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
