export interface DemoServer {
  readonly url: string;
  readonly processId: number | undefined;
  stop(): Promise<void>;
}

export function startDemoServer(port: number): Promise<DemoServer>;
