import type { CommandHandler } from './context';
import { inView } from './progress';

export const disconnectAll: CommandHandler = async ({ services }) => {
  const hub = await services.hub();
  await inView(() => hub.disconnectAll());
};
