import type { IncomingHttpHeaders } from 'node:http';

export interface SdkTestServer {
  readonly url: string;
  readonly seen: {
    readonly requests: {
      readonly method: string;
      readonly headers: IncomingHttpHeaders;
      // biome-ignore lint/suspicious/noExplicitAny: whatever came
      readonly body: any;
    }[];
  };
  dropStreams(): void;
  readonly notify: {
    toolsChanged(): void;
    promptsChanged(): void;
    resourcesChanged(): void;
    resourceUpdated(uri: string): void;
  };
  close(): Promise<void>;
}

export function startSdkServer(options?: {
  only?: 'modern' | 'legacy';
  port?: number;
  socketPath?: string;
}): Promise<SdkTestServer>;
