import { isPatchbayError, toError } from '../../base/errors';
import type { MiddlewareFactory } from './middleware';

const MAX_NAME = 200;

/** One line before and one after each call, at debug. Of the arguments it tells only how many there are. */
export const loggingMiddleware: MiddlewareFactory = {
  create({ log, clock }) {
    let count = 0;
    return async (call, next) => {
      const label = `call ${++count} of ${JSON.stringify(call.tool.slice(0, MAX_NAME))}`;
      const start = clock.now();
      const took = () => `${Math.max(0, clock.now() - start)} ms`;
      log.debug(`${label}: ${Object.keys(call.arguments).length} arguments`);
      try {
        const result = await next(call);
        const what = result.isError === true ? 'the tool answered with an error' : 'done';
        log.debug(`${label}: ${what} after ${took()}, ${result.content.length} blocks`);
        return result;
      } catch (error) {
        log.debug(`${label}: failed after ${took()} (${isPatchbayError(error) ? error.kind : toError(error).name})`);
        throw error;
      }
    };
  },
};
