import type { CatalogTool, ServerSnapshot } from '../../core/hubTypes';
import { MemberNode, NoticeNode, PoolNode, type ServerNode, ToolNode } from './treeNode';

interface ToolRow {
  readonly node: ToolNode;
  readonly entry: CatalogTool;
}

interface RowsOfServer {
  readonly notice: NoticeNode;
  readonly pool: PoolNode;
  readonly members: Map<string, MemberNode>;
  tools: Map<string, ToolRow>;
}

/** The rows below servers and groups: the same object for the same thing, however often it is asked for. */
export class ChildRows {
  readonly #rows = new Map<string, RowsOfServer>();

  notice(parent: ServerNode): NoticeNode {
    return this.#of(parent).notice;
  }

  pool(parent: ServerNode): PoolNode {
    return this.#of(parent).pool;
  }

  members(parent: ServerNode, { group }: ServerSnapshot): MemberNode[] {
    const { members } = this.#of(parent);
    return (group?.members ?? []).map(({ id }) => {
      const node = members.get(id) ?? new MemberNode(parent, id);
      members.set(id, node);
      return node;
    });
  }

  /** Takes over the tools of the snapshot. */
  tools(parent: ServerNode, { catalog }: ServerSnapshot): ToolNode[] {
    const rows = this.#of(parent);
    const before = rows.tools;
    rows.tools = new Map();
    for (const entry of catalog.tools) {
      const { name } = entry.tool;
      let occurrence = 0;
      while (rows.tools.has(toolKey(name, occurrence))) occurrence++;
      const key = toolKey(name, occurrence);
      rows.tools.set(key, { node: before.get(key)?.node ?? new ToolNode(parent, name, occurrence), entry });
    }
    return [...rows.tools.values()].map(({ node }) => node);
  }

  toolEntry({ server, tool, occurrence }: ToolNode): CatalogTool | undefined {
    return this.#rows.get(server)?.tools.get(toolKey(tool, occurrence))?.entry;
  }

  /** Rows of one tool that were asked for. */
  toolNodes(server: string, tool: string): ToolNode[] {
    const rows = [...(this.#rows.get(server)?.tools.values() ?? [])];
    return rows.filter(({ node }) => node.tool === tool).map(({ node }) => node);
  }

  /** Forgets the rows of servers that are gone. */
  keepOnly(servers: ReadonlySet<string>): void {
    for (const id of this.#rows.keys()) if (!servers.has(id)) this.#rows.delete(id);
  }

  #of(parent: ServerNode): RowsOfServer {
    const existing = this.#rows.get(parent.server);
    if (existing) return existing;
    const rows = { notice: new NoticeNode(parent), pool: new PoolNode(parent), members: new Map(), tools: new Map() };
    this.#rows.set(parent.server, rows);
    return rows;
  }
}

function toolKey(name: string, occurrence: number): string {
  return `${occurrence}:${name}`;
}
