import type { CommandHandler } from './context';

export const showOutput: CommandHandler = async ({ services }) => {
  services.output.show(true);
};
