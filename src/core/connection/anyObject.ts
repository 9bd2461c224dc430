import type { StandardSchemaV1 } from '@modelcontextprotocol/client';
import type { JsonObject } from '../../shared/json';

/**
 * Accepts whatever was sent: the SDK's own schemas strip members they do not know and turn one bad tool or one unknown
 * content block into the loss of the whole answer.
 */
export const anyObject: StandardSchemaV1<unknown, JsonObject> = {
  '~standard': { version: 1, vendor: 'patchbay', validate: (value) => ({ value: value as JsonObject }) },
};
