import type * as vscode from 'vscode';
import type { SecretStore } from '../../core/ports';

const PREFIX = 'secret:';

/** `${secret:name}` values in VS Code's SecretStorage. */
export interface NamedSecrets extends SecretStore {
  /** Names of all stored secrets that a configuration file can use, sorted. */
  names(): Promise<string[]>;
}

export function createSecrets(storage: vscode.SecretStorage): NamedSecrets {
  return {
    get: async (name) => storage.get(PREFIX + name),
    set: async (name, value) => storage.store(PREFIX + name, value),
    delete: async (name) => storage.delete(PREFIX + name),
    async names() {
      const keys = await storage.keys();
      return (
        keys
          .filter((key) => key.startsWith(PREFIX))
          .map((key) => key.slice(PREFIX.length))
          // What the engine keeps for itself has names that no variable can have.
          .filter((name) => !name.includes('}'))
          .sort()
      );
    },
  };
}
