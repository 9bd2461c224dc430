import { PatchbayError } from '../../base/errors';
import type { ArgumentProblem, MiddlewareFactory } from './middleware';

const MAX_PLACES = 10;
const MAX_TEXT = 200;

/**
 * Refuses a call whose arguments do not fit the tool's `inputSchema`, before anything is sent, and names each place. The
 * error is of kind `config`: nothing was tried, and the same call cannot succeed.
 */
export const validateMiddleware: MiddlewareFactory = {
  create({ validate }) {
    if (!validate) throw new PatchbayError('config', 'there is nothing here that validates.');
    return async (call, next) => {
      const schema = validate.schemaOf(call.tool);
      if (!schema) return next(call);
      const problems = await validate.validateArguments(schema, call.arguments, call.signal);
      if (problems.length > 0) throw refusal(call.tool, problems);
      return next(call);
    };
  },
};

function refusal(tool: string, problems: readonly ArgumentProblem[]): PatchbayError {
  const places = problems.slice(0, MAX_PLACES).map(({ pointer, message }) => {
    const place = pointer === '' ? 'the arguments' : cut(pointer);
    return `${place}: ${cut(message).replace(/[.\s]+$/, '')}`;
  });
  if (problems.length > MAX_PLACES) places.push(`${problems.length - MAX_PLACES} more`);
  return new PatchbayError('config', `The arguments do not fit the tool "${cut(tool)}": ${places.join('; ')}.`, {
    hint: 'Correct the arguments and call again.',
  });
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
