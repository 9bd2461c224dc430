import { z } from 'zod';

export const MAX_CALL_NAME = 100;

const NAME = `text of 1 to ${MAX_CALL_NAME} characters`;

/** One call with its arguments. Members that are not known are left alone. */
export const savedCallSchema = z.looseObject(
  {
    name: z
      .string(NAME)
      .max(MAX_CALL_NAME, NAME)
      .regex(/\S/, NAME)
      .describe('How the call is listed. Each name once for a tool.'),
    server: shortText(200).describe('Id of the server in the configuration.'),
    tool: shortText(500).describe("The server's own name of the tool."),
    arguments: z.record(z.string(), z.unknown(), 'an object').default({}).describe('What the tool is called with.'),
  },
  'an object',
);

/** `.vscode/patchbay.calls.json`. */
export const savedCallsSchema = z.looseObject({
  $schema: z.string('text').optional().describe('Address of a JSON schema. Not read by Patchbay.'),
  calls: z
    .array(savedCallSchema, 'a list of calls')
    .default([])
    .describe('Calls of tools that are kept by name. None is made by itself.'),
});

function shortText(max: number) {
  const what = `text of 1 to ${max} characters`;
  return z.string(what).min(1, what).max(max, what);
}
