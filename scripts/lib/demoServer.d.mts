export interface DemoServer {
  readonly url: string;
  readonly processId: number | undefined;
  stop(): Promise<void>;
}

export const DEMO_PORT: number;
export function startDemoServer(port?: number): Promise<DemoServer>;
