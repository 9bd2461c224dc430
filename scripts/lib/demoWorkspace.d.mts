export interface DemoWorkspace {
  readonly workspace: string;
  /** Path of its .vscode/patchbay.json. */
  readonly config: string;
  remove(): Promise<void>;
}

export const DEMO_PORT: number;
export function copyDemo(port: number): Promise<DemoWorkspace>;
