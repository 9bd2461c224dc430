/** What a tool panel and its host say of resources that a result only links to. */
import { z } from 'zod';
import type { BlockView } from './toolPanel';

/** How far the reading of a linked resource is. */
export type LinkView =
  | { readonly status: 'reading' }
  | { readonly status: 'failed'; readonly message: string }
  | {
      readonly status: 'read';
      /** Stands for the contents where a result's id is asked for: to open, save or copy a block of them. */
      readonly id: string;
      readonly blocks: readonly BlockView[];
      /** Parts of the whole; absent where `blocks` are all. */
      readonly totalBlocks?: number;
    };

/** `id`: of the run, `block`: the number of the link in its result. Without `view` it is not read. */
export interface LinkMessage {
  readonly type: 'link';
  readonly id: string;
  readonly block: number;
  readonly view?: LinkView;
}

const place = { id: z.string().min(1).max(64), block: z.number().int().min(0).max(1_000_000) };

export const linkMessages = [
  z.object({ type: z.literal('readLink'), ...place }),
  z.object({ type: z.literal('cancelLink'), ...place }),
] as const;

export type LinkPanelMessage = z.infer<(typeof linkMessages)[number]>;
