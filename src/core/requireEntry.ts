import { PatchbayError } from '../base/errors';
import type { ServerDefinition, ServerEntry } from './config/definition';

/** The entry of a definition. Throws a `config` error that names the problems where there is none. */
export function requireEntry({ entry, problems, id }: ServerDefinition): ServerEntry {
  if (entry) return entry;
  throw new PatchbayError('config', `"${id}" cannot be used as it is configured: ${problems.join(' ')}`, {
    hint: 'Correct the configuration file.',
  });
}
