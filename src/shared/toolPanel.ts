/** What the tool panel's webview and its host say to each other. The webview imports types only; zod stays in the host. */
import { z } from 'zod';
import type { JsonObject, JsonValue } from './json';
import type { Progress, ToolAnnotations } from './mcp';

export const TOOL_PANEL_VIEW_TYPE = 'patchbay.tool';

/** What the webview keeps in its state, so that the host can restore the panel after a reload. */
export interface ToolPanelState {
  readonly server: string;
  readonly tool: string;
  /** The arguments as last edited; absent where the schema marks some as secret. */
  readonly args?: JsonValue;
}

export interface ServerStateView {
  /** Kind of the connection's state, as in `ConnectionState`. */
  readonly kind: string;
  readonly label: string;
}

export interface ToolView {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly annotations: ToolAnnotations;
  readonly inputSchema: JsonValue;
  /** Whether the schema marks arguments as secret (`format: password`, `writeOnly`): then none are kept. */
  readonly sensitive: boolean;
}

/** One block of a result, checked and bounded by the host. Texts are plain text, whatever they contain. */
export type BlockView =
  | { readonly type: 'text'; readonly text: string; readonly cut: boolean }
  | { readonly type: 'image' | 'audio'; readonly mimeType: string; readonly data: string }
  | {
      readonly type: 'resource';
      readonly uri: string;
      readonly title: string;
      readonly mimeType?: string;
      readonly description?: string;
      readonly text?: string;
      readonly cut: boolean;
      /** Size of binary contents in bytes. */
      readonly blobBytes?: number;
    }
  | { readonly type: 'note'; readonly text: string };

export interface ResultView {
  readonly isError: boolean;
  readonly blocks: readonly BlockView[];
  /** `structuredContent`, where it is small enough to be drawn. */
  readonly structured?: JsonValue;
  /** Pretty JSON of the whole result, or its beginning. */
  readonly raw: string;
  /** Size of the whole result as JSON, in bytes. */
  readonly bytes: number;
  /** Whether something was left out: the editor shows all of it. */
  readonly truncated: boolean;
}

export type RunOutcome =
  | { readonly status: 'done'; readonly result: ResultView }
  | { readonly status: 'failed'; readonly kind: string; readonly message: string };

/** A finished run. `at` is ms since the epoch. */
export interface RunView {
  readonly id: string;
  readonly at: number;
  readonly durationMs: number;
  readonly outcome: RunOutcome;
}

export interface RunningView {
  readonly id: string;
  readonly at: number;
  readonly progress?: Progress;
}

export type HostMessage =
  | {
      readonly type: 'init';
      readonly server: { readonly id: string; readonly name: string };
      readonly toolName: string;
      readonly state: ServerStateView;
      /** Undefined while it is not known: the server was never connected, or does not offer it. */
      readonly tool?: ToolView;
      /** Arguments to start with; undefined: the webview's own state, else the defaults. */
      readonly args?: JsonObject;
      /** Newest first. */
      readonly runs: readonly RunView[];
      readonly running: readonly RunningView[];
    }
  | { readonly type: 'serverState'; readonly state: ServerStateView }
  | { readonly type: 'tool'; readonly tool?: ToolView }
  | { readonly type: 'arguments'; readonly args: JsonObject }
  | { readonly type: 'started'; readonly run: RunningView }
  | ({ readonly type: 'progress'; readonly id: string } & Progress)
  | { readonly type: 'finished'; readonly run: RunView };

const id = z.string().min(1).max(64);
const block = z.number().int().min(0).max(100_000).optional();
/** Checked for shape only: the values are what a person wrote for the tool, any JSON. */
const argumentsObject = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'arguments must be an object',
);

const panelMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('connect') }),
  z.object({ type: z.literal('run'), id, args: argumentsObject }),
  z.object({ type: z.literal('cancel'), id }),
  /** `block`: one block of the result; without it the whole result as JSON. */
  z.object({ type: z.literal('openInEditor'), id, block }),
  z.object({ type: z.literal('copy'), id, block }),
  z.object({ type: z.literal('argsChanged'), args: argumentsObject }),
]);

export type PanelMessage = z.infer<typeof panelMessage>;

/** The message, or undefined where it is not one of ours. */
export function parsePanelMessage(message: unknown): PanelMessage | undefined {
  return panelMessage.safeParse(message).data;
}
