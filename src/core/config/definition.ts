import type { ConfigDiagnostic } from './diagnostics';
import type { GlobalSettings, InputDefinition, ServerEntry } from './schema';

export type { GlobalSettings, InputDefinition, ServerEntry } from './schema';

/** Where an entry comes from. `path` is the file. */
export type ConfigSource =
  | { readonly kind: 'user'; readonly path: string }
  | { readonly kind: 'workspace'; readonly folder: string; readonly folderPath: string; readonly path: string }
  | { readonly kind: 'adHoc' };

/** One server as the file says it, with defaults filled in and nothing resolved: immutable data. */
export interface ServerDefinition {
  readonly id: string;
  readonly source: ConfigSource;
  /** Given where the entry of a workspace stands in the place of the user's own one with the same id. */
  readonly overrides?: 'user';
  /** Inferred from `url` or `command` where the file has none. `undefined` where the entry is too broken to tell. */
  readonly transport: string | undefined;
  /** Undefined where the entry has errors; `problems` then says which. */
  readonly entry: ServerEntry | undefined;
  /** Name for people: `name`, else the id. */
  readonly name: string;
  /** Errors of this entry, one sentence each. Empty where it can be used. */
  readonly problems: readonly string[];
  /** Keys whose feature is not built yet, as dotted paths inside the entry. */
  readonly notSupported: readonly string[];
  /** `inputs` of the file that the entry stands in. */
  readonly inputs: readonly InputDefinition[];
}

/** `weight` is more than 0. */
export type GroupMember = GlobalSettings['groups'][string]['members'][number];

/** One group as the file says it: its members are servers of the configuration, each once and at least one. */
export interface GroupDefinition extends Omit<GlobalSettings['groups'][string], 'members'> {
  /** No server has the same. */
  readonly id: string;
  readonly source: ConfigSource;
  /** Given where the group of a workspace stands in the place of the user's own one with the same id. */
  readonly overrides?: 'user';
  /** Members of a workspace's group that are no servers of the same folder, but the user's own or of another one. */
  readonly borrows?: readonly string[];
  readonly members: readonly GroupMember[];
}

/** All files merged: entries of a trusted workspace override user entries with the same id. */
export interface Configuration {
  readonly servers: ReadonlyMap<string, ServerDefinition>;
  readonly groups: ReadonlyMap<string, GroupDefinition>;
  /** `groups` as the user's own files say it, unchecked: those that can be used are above. */
  readonly settings: GlobalSettings;
  readonly diagnostics: readonly ConfigDiagnostic[];
}
