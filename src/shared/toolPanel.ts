/** What the tool panel's webview and its host say to each other. The webview imports types only; zod stays in the host. */
import { z } from 'zod';
import { argumentsObject } from './argumentsObject';
import type { JsonObject, JsonValue } from './json';
import { type LinkMessage, linkMessages } from './linkedResources';
import type { Progress, ToolAnnotations } from './mcp';
import { type QuestionHostMessage, questionMessages } from './questions';
import { type SavedCallsMessage, savedCallsRequest } from './savedCalls';

export const TOOL_PANEL_VIEW_TYPE = 'patchbay.tool';

/** What the webview keeps in its state, so that the host can restore the panel after a reload. */
export interface ToolPanelState {
  readonly server: string;
  readonly tool: string;
  /** The arguments as last edited; absent where some are secret. */
  readonly args?: JsonValue;
}

export interface ServerStateView {
  /** Kind of the connection's state, as in `ConnectionState`. */
  readonly kind: string;
  readonly label: string;
  /** Whether calls are held back, because too many failed. */
  readonly isPaused?: boolean;
}

export interface ToolView {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly annotations: ToolAnnotations;
  readonly inputSchema: JsonValue;
  /** Whether arguments are secret, by marks of the schema or their names, or may be: then none are kept on disk. */
  readonly sensitive: boolean;
  /** Names that the schema marks as secret, or did before. */
  readonly secretNames?: readonly string[];
}

/** `data`: base64 without blanks, of a type that a browser draws without running anything. */
export interface MediaView {
  readonly type: 'image' | 'audio';
  readonly mimeType: string;
  readonly data: string;
}

/** One block of a result, checked and bounded by the host. Texts are plain text, whatever they contain. */
export type BlockView =
  | { readonly type: 'text'; readonly text: string; readonly cut: boolean; readonly markdown?: boolean }
  | MediaView
  | {
      readonly type: 'resource';
      readonly uri: string;
      readonly title: string;
      readonly mimeType?: string;
      readonly description?: string;
      readonly text?: string;
      readonly cut: boolean;
      /** Only named: its contents are still with the server. */
      readonly linked?: boolean;
      readonly markdown?: boolean;
      /** Size of binary contents in bytes. */
      readonly blobBytes?: number;
      /** Binary contents that can be drawn. */
      readonly media?: MediaView;
    }
  /** `savable`: something stands behind it that can be saved as a file. */
  | { readonly type: 'note'; readonly text: string; readonly savable?: true };

/** What the tool's output schema asks for: the schema to check `structured` against, or why nothing can be checked. */
export type OutputView = { readonly schema: JsonValue } | { readonly problem: string };

export interface ResultView {
  readonly isError: boolean;
  /** The first blocks; the rest is asked for with `more`. */
  readonly blocks: readonly BlockView[];
  /** Blocks of the whole result; absent where `blocks` are all. */
  readonly totalBlocks?: number;
  /** `structuredContent`, or its beginning. */
  readonly structured?: JsonValue;
  /** `structured` is the beginning; `lengths`: of its lists as they came, by member, `''` for the value itself. */
  readonly structuredCut?: { readonly lengths: Readonly<Record<string, number>> };
  /** Absent: nothing was promised of the structured content, or it is an error. */
  readonly output?: OutputView;
  /** Pretty JSON of the whole result, or its beginning. */
  readonly raw: string;
  /** Whether all of it is more than an editor opens well: a file is the place for it. */
  readonly isForFile?: true;
  /** Size of the whole result as JSON without blanks, in bytes. */
  readonly bytes: number;
  /** Whether something was left out: the editor shows all of it. */
  readonly truncated: boolean;
}

export type RunOutcome =
  | { readonly status: 'done'; readonly result: ResultView }
  | {
      readonly status: 'failed';
      readonly kind: string;
      readonly message: string;
      /** What the server answered in place of a result. */
      readonly fault?: FaultView;
    };

/** The error object of a JSON-RPC response. */
export interface FaultView {
  readonly code: number;
  readonly hasData: boolean;
  /** Pretty JSON of it, or its beginning. */
  readonly raw: string;
  readonly isCut: boolean;
}

/** What the server reported while a call ran (`notifications/message`). */
export interface LogLine {
  readonly level: string;
  readonly text: string;
  /** Other calls of the server ran when it was written, so that it may be about one of them. */
  readonly shared?: true;
}

/** A finished run. `at` is ms since the epoch. */
export interface RunView {
  readonly id: string;
  readonly at: number;
  readonly durationMs: number;
  /** Name of the server that answered, where a group was called. */
  readonly member?: string;
  /** The last lines that the server reported meanwhile; absent where there are none. */
  readonly log?: readonly LogLine[];
  readonly outcome: RunOutcome;
}

/** A run from before, without its result. */
export interface HistoryView {
  readonly id: string;
  readonly at: number;
  readonly durationMs: number;
  readonly status: 'done' | 'toolError' | 'failed' | 'cancelled';
  /** The beginning of the arguments on one line; absent where they were not kept. */
  readonly args?: string;
}

export interface RunningView {
  readonly id: string;
  readonly at: number;
  readonly progress?: Progress;
  readonly log?: readonly LogLine[];
}

const COPY_FORMATS = ['jsonRpc', 'cli', 'curl', 'typescript'] as const;

/** How a call can be copied. */
export type CopyFormat = (typeof COPY_FORMATS)[number];

/** Arguments that came from elsewhere, such as a saved call. */
export interface LoadedView {
  /** Name of the saved call. */
  readonly name?: string;
  /** What the form would have shown, where that is known to the host. */
  readonly before?: JsonObject;
}

/** The editor in which the arguments are written as JSON. */
export interface JsonEditorView {
  readonly open: boolean;
  /** Rises with each change that was typed there. */
  readonly revision: number;
  /** The arguments as JSON, as they could last be read; absent while the editor is closed. */
  readonly text?: string;
  /** Why the text as it stands, or stood when the editor was closed, cannot be read. */
  readonly problem?: string;
}

export type HostMessage =
  | SavedCallsMessage
  | {
      readonly type: 'init';
      /** `curl`: whether calls can be copied as a `curl` command. `shell`: for which one commands are copied. */
      readonly server: { readonly id: string; readonly name: string; readonly curl?: boolean; readonly shell?: string };
      readonly toolName: string;
      readonly state: ServerStateView;
      /** Undefined while it is not known: the server was never connected, or does not offer it. */
      readonly tool?: ToolView;
      /** Arguments to start with; undefined: the webview's own state, else the defaults. */
      readonly args?: JsonObject;
      /** Where `args` were brought in by somebody: what they replace. */
      readonly loaded?: LoadedView;
      /** What the webview gave to keep, in place of its own state. */
      readonly kept?: JsonObject;
      /** Newest first. */
      readonly runs: readonly RunView[];
      readonly running: readonly RunningView[];
    }
  | { readonly type: 'serverState'; readonly state: ServerStateView }
  | { readonly type: 'tool'; readonly tool?: ToolView }
  /** Arguments that replace those in the form; `name`: of the saved call that they come from. */
  | { readonly type: 'arguments'; readonly args: JsonObject; readonly name?: string }
  /** The call is on the clipboard. */
  | { readonly type: 'copied'; readonly format: CopyFormat }
  | ({ readonly type: 'jsonEditor' } & JsonEditorView)
  | { readonly type: 'started'; readonly run: RunningView }
  | ({ readonly type: 'progress'; readonly id: string } & Progress)
  | { readonly type: 'finished'; readonly run: RunView }
  /** All lines of a run so far, the oldest left out beyond a bound. */
  | { readonly type: 'log'; readonly id: string; readonly lines: readonly LogLine[] }
  | { readonly type: 'history'; readonly entries: readonly HistoryView[] }
  | QuestionHostMessage
  | LinkMessage
  /** Further blocks of a result; `from` is the number of the first one. */
  | { readonly type: 'blocks'; readonly id: string; readonly from: number; readonly blocks: readonly BlockView[] };

/** Of a run, or of contents that were read for a link in it. */
const id = z.string().min(1).max(80);
const block = z.number().int().min(0).max(1_000_000).optional();

const panelMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('connect') }),
  z.object({ type: z.literal('run'), id, args: argumentsObject }),
  z.object({ type: z.literal('cancel'), id }),
  /** Asks for the earlier runs; they are sent again whenever they change. */
  z.object({ type: z.literal('history') }),
  z.object({ type: z.literal('clearHistory') }),
  /** Runs with the arguments of an earlier run, or puts them into the form. */
  z.object({ type: z.literal('again'), id }),
  z.object({ type: z.literal('edit'), id }),
  /** `block`: one block of the result; without it the whole result as JSON. */
  z.object({ type: z.literal('openInEditor'), id, block }),
  z.object({ type: z.literal('saveAs'), id, block }),
  z.object({ type: z.literal('copy'), id, block }),
  z.object({ type: z.literal('copyAs'), format: z.enum(COPY_FORMATS), args: argumentsObject }),
  /** Asks for the next blocks of a result. */
  z.object({ type: z.literal('more'), id, from: z.number().int().min(1).max(1_000_000) }),
  /** What the webview may not keep on disk, to get it back with `init`; without `state` it keeps its own again. */
  z.object({ type: z.literal('keep'), state: argumentsObject.optional() }),
  /** `revision`: of the JSON editor's view that the form had seen by then. */
  z.object({ type: z.literal('argsChanged'), args: argumentsObject, revision: z.number().int().min(0).optional() }),
  /** Opens the arguments as JSON in an editor of the window; without `args` with the text that it has, or had. */
  z.object({ type: z.literal('editAsJson'), args: argumentsObject.optional() }),
  z.object({ type: z.literal('savedCalls'), request: savedCallsRequest }),
  ...questionMessages,
  ...linkMessages,
]);

export type PanelMessage = z.infer<typeof panelMessage>;

/** The message, or undefined where it is not one of ours. */
export function parsePanelMessage(message: unknown): PanelMessage | undefined {
  return panelMessage.safeParse(message).data;
}
