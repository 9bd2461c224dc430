import { z } from 'zod';
import { flag, optionalText, section } from './values';

export const NAME_PATTERN = /^[A-Za-z0-9_.-]{1,64}$/;
export const NAME_RULE = '1 to 64 letters, digits, "_", "." or "-"';

const common = {
  id: z.string(NAME_RULE).regex(NAME_PATTERN, NAME_RULE).describe('Name for `${input:id}`.'),
  description: optionalText().describe('What the person is asked for.'),
};

/** One value that a person is asked for. */
export const inputSchema = z.discriminatedUnion(
  'type',
  [
    section({
      ...common,
      type: z.literal('promptString').describe('The person types it.'),
      password: flag(false).describe('Hide what is typed and keep it in Secret Storage.'),
      default: optionalText().describe('Value that is suggested.'),
    }),
    section({
      ...common,
      type: z.literal('pickString').describe('The person picks it from a list.'),
      options: z
        .array(z.string('text'), 'a list of texts')
        .min(1, 'a list of at least one text')
        .describe('The choices.'),
      default: optionalText().describe('Choice that is suggested.'),
    }),
  ],
  'an object whose "type" is "promptString" or "pickString"',
);
