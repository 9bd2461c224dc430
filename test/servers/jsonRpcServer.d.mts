export const MODERN_VERSION: string;

export interface JsonRpcServer {
  handle(message: object, send: (message: object) => void): void;
}

export function createJsonRpcServer(options?: {
  name?: string;
  modern?: boolean;
  pageSize?: number;
  crash?: () => void;
  exit?: (code: number) => void;
}): JsonRpcServer;
