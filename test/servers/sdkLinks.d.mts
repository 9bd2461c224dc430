export interface SdkTestLinks {
  readonly url: string;
  readonly seen: {
    // biome-ignore lint/suspicious/noExplicitAny: whatever came
    readonly messages: any[];
    readonly links: number;
  };
  cancelListens(): void;
  dropLinks(): void;
  close(): Promise<void>;
}

export function startSdkLinks(options: {
  readonly over: 'websocket' | 'sse';
  readonly only?: 'modern' | 'legacy';
}): Promise<SdkTestLinks>;
