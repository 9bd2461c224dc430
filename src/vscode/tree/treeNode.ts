import type { ConfigSource } from '../../core/config/definition';
import { sourceKey } from './viewModel';

/** Rows of the tree as objects that live as long as what they stand for: VS Code tells them apart by identity. */
export class GroupNode {
  readonly kind = 'group';
  readonly source: ConfigSource;

  constructor(source: ConfigSource) {
    this.source = source;
  }

  get key(): string {
    return sourceKey(this.source);
  }
}

/** As a command's argument it names its server. */
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

export type TreeNode = GroupNode | ServerNode | ToolNode | NoticeNode;

export function isTreeNode(value: unknown): value is TreeNode {
  return (
    value instanceof GroupNode ||
    value instanceof ServerNode ||
    value instanceof ToolNode ||
    value instanceof NoticeNode
  );
}
