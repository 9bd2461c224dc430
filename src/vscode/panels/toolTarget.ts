export interface ToolTarget {
  /** Id in the configuration. */
  readonly server: string;
  /** The server's own name of the tool. */
  readonly tool: string;
}
