import type { ConfigFiles } from '../adapters/configFiles';
import type { NamedSecrets } from '../adapters/secrets';
import type { Services } from '../services';

/** What the commands of this extension work with. */
export interface CommandContext {
  readonly services: Services;
  readonly configFiles: ConfigFiles;
  readonly secrets: NamedSecrets;
  /** Shows a server's row in the tree. */
  readonly reveal: (serverId: string, options?: { readonly expand?: boolean }) => Promise<void>;
}

/**
 * Runs one command. `argument` is undefined from the palette, a row of the tree, or an object from code.
 * Rejects with what the person who asked should read.
 */
export type CommandHandler = (context: CommandContext, argument: unknown) => Promise<unknown>;
