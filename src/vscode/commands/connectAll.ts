import type { CommandHandler } from './context';
import { offerAddServer } from './pickServer';
import { inView } from './progress';

/** Never rejects for a server that fails: the tree says which. */
export const connectAll: CommandHandler = async ({ services }) => {
  const hub = await services.hub();
  if (hub.servers().length === 0) return offerAddServer();
  await inView(() => hub.connectAll({ interactive: true }));
};
