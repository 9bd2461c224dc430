import { showConfigFile } from '../adapters/configDocument';
import type { CommandHandler } from './context';

export const openUserConfig: CommandHandler = async ({ configFiles }) => {
  await showConfigFile(configFiles.userUri);
};
