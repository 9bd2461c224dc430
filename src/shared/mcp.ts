/**
 * The parts of the Model Context Protocol that people see, as they come off the wire: only what this project reads is
 * named, everything else is kept. Nothing here is trusted; each reader checks what it shows.
 * Source: MCP specification 2026-07-28, server/tools.
 */
import type { JsonObject } from './json';

export interface ToolAnnotations {
  title?: string;
  readOnlyHint?: boolean;
  destructiveHint?: boolean;
  idempotentHint?: boolean;
  openWorldHint?: boolean;
}

/** A tool as the server sent it, unknown members included. */
export interface Tool {
  name: string;
  title?: string;
  description?: string;
  inputSchema: JsonObject;
  outputSchema?: JsonObject;
  annotations?: ToolAnnotations;
  [key: string]: unknown;
}

/** One block of a result. `type` is text, image, audio, resource, resource_link, or something newer. */
export interface ContentBlock {
  type: string;
  [key: string]: unknown;
}

export interface CallToolResult {
  content: ContentBlock[];
  structuredContent?: unknown;
  isError?: boolean;
  _meta?: JsonObject;
  [key: string]: unknown;
}

export interface Progress {
  progress: number;
  total?: number;
  message?: string;
}

export interface Implementation {
  name: string;
  version?: string;
  title?: string;
  [key: string]: unknown;
}
