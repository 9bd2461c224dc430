import type { ConfigSource } from '../../core/config/definition';
import { sourceKey } from './viewModel';

/** Rows of the tree as objects that live as long as what they stand for: VS Code tells them apart by identity. */
export class SourceNode {
  readonly kind = 'source';
  readonly source: ConfigSource;

  constructor(source: ConfigSource) {
    this.source = source;
  }

  get key(): string {
    return sourceKey(this.source);
  }
}

/** A server, or a group of servers. As a command's argument it names its server. */
export class ServerNode {
  readonly kind = 'server';
  readonly server: string;

  constructor(server: string) {
    this.server = server;
  }
}

/** One tool of a server. `occurrence`, from 0, tells apart tools that a server lists twice under one name. */
export class ToolNode {
  readonly kind = 'tool';
  readonly parent: ServerNode;
  readonly tool: string;
  readonly occurrence: number;

  constructor(parent: ServerNode, tool: string, occurrence: number) {
    this.parent = parent;
    this.tool = tool;
    this.occurrence = occurrence;
  }

  get server(): string {
    return this.parent.server;
  }
}

export class NoticeNode {
  readonly kind = 'notice';
  readonly parent: ServerNode;

  constructor(parent: ServerNode) {
    this.parent = parent;
  }

  get server(): string {
    return this.parent.server;
  }
}

/** The connections of a server that may have several. */
export class PoolNode {
  readonly kind = 'pool';
  readonly parent: ServerNode;

  constructor(parent: ServerNode) {
    this.parent = parent;
  }

  get server(): string {
    return this.parent.server;
  }
}

/** A server as a member of the group `parent`. As a command's argument it names the server. */
export class MemberNode {
  readonly kind = 'member';
  readonly parent: ServerNode;
  readonly server: string;

  constructor(parent: ServerNode, server: string) {
    this.parent = parent;
    this.server = server;
  }
}

export type TreeNode = SourceNode | ServerNode | ToolNode | NoticeNode | PoolNode | MemberNode;

export function isTreeNode(value: unknown): value is TreeNode {
  return (
    value instanceof SourceNode ||
    value instanceof ServerNode ||
    value instanceof ToolNode ||
    value instanceof NoticeNode ||
    value instanceof PoolNode ||
    value instanceof MemberNode
  );
}
