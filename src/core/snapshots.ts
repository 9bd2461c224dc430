import type { Tool } from '../shared/mcp';
import { assignCallNames } from './catalog/callNames';
import type { CatalogTool, ServerSnapshot } from './hubTypes';
import type { ServerView } from './serverView';

/** A prefix for the names of a server's tools; undefined: its id, where one is needed. */
export type PrefixOf = (id: string) => string | undefined;

/**
 * What is known of all servers and groups, as others see it: one immutable snapshot each, with names of tools that are
 * unique over all of them. A snapshot is replaced only where something of it differs.
 */
export class Snapshots {
  readonly #prefixOf: PrefixOf;
  #views = new Map<string, ServerView>();
  #snapshots = new Map<string, ServerSnapshot>();
  /** Tool lists that the names were given for, in the order of the servers. */
  #named: readonly (readonly Tool[])[] = [];
  #catalogs = new Map<string, readonly CatalogTool[]>();

  constructor(prefixOf: PrefixOf) {
    this.#prefixOf = prefixOf;
  }

  get ids(): readonly string[] {
    return [...this.#snapshots.keys()];
  }

  all(): readonly ServerSnapshot[] {
    return [...this.#snapshots.values()];
  }

  get(id: string): ServerSnapshot | undefined {
    return this.#snapshots.get(id);
  }

  /** Takes over all views, in their order; who is not among them is gone. Gives the snapshots that differ. */
  replace(views: readonly ServerView[]): readonly ServerSnapshot[] {
    this.#views = new Map(views.map((view) => [view.id, view]));
    const before = this.#snapshots;
    this.#snapshots = new Map(
      views.flatMap(({ id }) => (before.has(id) ? [[id, before.get(id) as ServerSnapshot]] : [])),
    );
    return this.#refresh(this.#views.values(), true);
  }

  /** Takes over views of those that are known; others are left out. Gives the snapshots that differ. */
  update(views: readonly ServerView[]): readonly ServerSnapshot[] {
    const known = views.filter(({ id }) => this.#views.has(id));
    const isRenaming = known.some(({ id, tools }) => this.#views.get(id)?.tools !== tools);
    for (const view of known) this.#views.set(view.id, view);
    // Another list of tools may change the names of all.
    return this.#refresh(isRenaming ? this.#views.values() : known, isRenaming);
  }

  #refresh(views: Iterable<ServerView>, isRenaming: boolean): readonly ServerSnapshot[] {
    if (isRenaming) this.#assignNames();
    const changed: ServerSnapshot[] = [];
    for (const { tools: _, catalogStatus, catalogError, ...rest } of views) {
      const catalog = {
        status: catalogStatus,
        tools: this.#catalogs.get(rest.id) ?? [],
        ...(catalogError === undefined ? {} : { error: catalogError }),
      };
      const previous = this.#snapshots.get(rest.id);
      const snapshot = { ...rest, catalog };
      if (previous !== undefined && isSame(previous, snapshot)) continue;
      this.#snapshots.set(rest.id, snapshot);
      changed.push(snapshot);
    }
    return changed;
  }

  /** Names depend on the tools of all servers, so they are given anew only when one list is another one. */
  #assignNames(): void {
    const views = [...this.#views.values()];
    const lists = views.map(({ tools }) => tools);
    if (lists.length === this.#named.length && lists.every((list, i) => list === this.#named[i])) return;
    this.#named = lists;
    const names = assignCallNames(
      views.map(({ id, tools }) => ({
        serverId: id,
        prefix: this.#prefixOf(id),
        toolNames: tools.map(({ name }) => name),
      })),
    );
    const before = this.#catalogs;
    this.#catalogs = new Map();
    for (const { id, tools } of views) {
      const named = tools.map((tool) => ({ tool, callName: names.get(id)?.get(tool.name) ?? tool.name }));
      const previous = before.get(id);
      this.#catalogs.set(id, previous && sameTools(previous, named) ? previous : named);
    }
  }
}

/** Everything but the tools is small plain data. */
function isSame(a: ServerSnapshot, b: ServerSnapshot): boolean {
  const { catalog: catalogA, ...restA } = a;
  const { catalog: catalogB, ...restB } = b;
  return (
    catalogA.tools === catalogB.tools &&
    catalogA.status === catalogB.status &&
    catalogA.error === catalogB.error &&
    JSON.stringify(restA) === JSON.stringify(restB)
  );
}

function sameTools(a: readonly CatalogTool[], b: readonly CatalogTool[]): boolean {
  return (
    a.length === b.length && a.every(({ tool, callName }, i) => tool === b[i]?.tool && callName === b[i]?.callName)
  );
}
