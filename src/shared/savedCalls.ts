/** What a tool panel's webview and its host say to each other about saved calls. The webview imports types only. */
import { z } from 'zod';
import { argumentsObject } from './argumentsObject';

const call = {
  /** URI of the workspace folder whose file holds the call. */
  folder: z.string().min(1).max(4_000),
  name: z.string().min(1).max(100),
};

export const savedCallsRequest = z.discriminatedUnion('do', [
  /** Asks for the saved calls of this tool; they are sent again whenever they change. */
  z.object({ do: z.literal('list') }),
  /** Asks the person for a name and writes the arguments; `name` proposes one. */
  z.object({ do: z.literal('save'), args: argumentsObject, name: call.name.optional() }),
  /** Puts the arguments into the form, or runs with them at once. */
  z.object({ do: z.literal('load'), ...call }),
  z.object({ do: z.literal('run'), ...call }),
  /** Both ask the person first: for a name, and whether they mean it. */
  z.object({ do: z.literal('rename'), ...call }),
  z.object({ do: z.literal('delete'), ...call }),
  /** Opens the file at a place, in UTF-16 units. */
  z.object({ do: z.literal('openFile'), folder: call.folder, offset: z.number().int().min(0).optional() }),
  z.object({ do: z.literal('manageTrust') }),
]);

export type SavedCallsRequest = z.infer<typeof savedCallsRequest>;

export interface SavedCallView {
  readonly folder: string;
  /** Name of the folder, where several are open. */
  readonly folderName?: string;
  readonly name: string;
  /** The name as it can be shown: on one line, with nothing hidden in it. */
  readonly label: string;
  /** The beginning of the arguments on one line. */
  readonly args: string;
  /** Why the arguments cannot be used; absent where they can. */
  readonly problem?: string;
}

/** What is wrong with a file. */
export interface SavedCallsProblemView {
  readonly folder: string;
  /** Path of the file as a person knows it, with line and column from 1. */
  readonly place: string;
  readonly message: string;
  readonly offset: number;
}

export type SavedCallsMessage =
  | {
      readonly type: 'savedCalls';
      readonly calls: readonly SavedCallView[];
      readonly problems: readonly SavedCallsProblemView[];
      /** The workspace is not trusted: the calls are only listed. */
      readonly restricted: boolean;
    }
  /** `leftOut`: members that hold secrets and were not saved, as paths such as `auth.token`. */
  | { readonly type: 'callSaved'; readonly name: string; readonly leftOut: readonly string[] };
