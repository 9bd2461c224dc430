import { describeError, PatchbayError } from '../../base/errors';
import type { Hub } from '../../core/hubTypes';
import type { LinkMessage, LinkPanelMessage, LinkView } from '../../shared/linkedResources';
import type { CallToolResult } from '../../shared/mcp';
import { cut } from '../plainText';
import type { FinishedRun } from './finishedRuns';
import { nextBlocks } from './resultView';

/** Contents that are kept. */
const KEPT = 20;

export interface LinkedResourcesDeps {
  readonly hub: Pick<Hub, 'server' | 'connect' | 'readResource'>;
  readonly run: (id: string) => FinishedRun | undefined;
  readonly post: (message: LinkMessage) => void;
}

interface Reading {
  readonly run: string;
  readonly block: number;
  readonly view: LinkView;
  readonly controller: AbortController;
  readonly result?: CallToolResult;
}

/**
 * Resources that results link to, read on request from the server that gave the link: of a group, the member that answered.
 * Nothing is fetched by their addresses from here. The webview names a place in a result, never an address.
 */
export class LinkedResources {
  readonly #deps: LinkedResourcesDeps;
  /** The one asked for last at the end. */
  readonly #readings = new Map<string, Reading>();

  constructor(deps: LinkedResourcesDeps) {
    this.#deps = deps;
  }

  async receive({ type, id, block }: LinkPanelMessage): Promise<void> {
    const known = this.#readings.get(keyOf(id, block));
    if (type === 'readLink') {
      if (known?.view.status !== 'reading') await this.#read(id, block);
    } else if (known?.view.status === 'reading') {
      known.controller.abort(new Error('Cancelled by the person.'));
      this.#readings.delete(keyOf(id, block));
      this.#deps.post({ type: 'link', id, block });
    }
  }

  /** What was read, as a result, by the id that its view has. */
  result(id: string): CallToolResult | undefined {
    return this.#readings.get(id)?.result;
  }

  /** Tells a webview that starts what is read and what is on its way. */
  start(): void {
    for (const { run, block, view } of this.#readings.values()) {
      this.#deps.post({ type: 'link', id: run, block, view });
    }
  }

  close(): void {
    for (const { controller } of this.#readings.values()) controller.abort(new Error('The panel was closed.'));
    this.#readings.clear();
  }

  async #read(run: string, block: number): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    this.#set({ run, block, view: { status: 'reading' }, controller });
    try {
      const result = await this.#contents(run, block, signal);
      if (signal.aborted) return;
      const blocks = nextBlocks(result, 0);
      const total = result.content.length;
      const more = total > blocks.length ? { totalBlocks: total } : {};
      const view: LinkView = { status: 'read', id: keyOf(run, block), blocks, ...more };
      this.#set({ run, block, view, controller, result });
    } catch (error) {
      if (signal.aborted) return;
      const view: LinkView = { status: 'failed', message: cut(describeError(error), 2_000) };
      this.#set({ run, block, view, controller });
    }
  }

  async #contents(run: string, block: number, signal: AbortSignal): Promise<CallToolResult> {
    const { hub } = this.#deps;
    const { result, answeredBy } = this.#deps.run(run) ?? {};
    const link = result?.content[block];
    if (link?.type !== 'resource_link' || typeof link.uri !== 'string' || answeredBy === undefined) {
      throw new PatchbayError('protocol', 'The link has no address.');
    }
    if (hub.server(answeredBy)?.state.kind !== 'connected') {
      await hub.connect(answeredBy, { interactive: true, signal });
    }
    const contents = await hub.readResource(answeredBy, link.uri, { signal });
    return { content: contents.map((resource) => ({ type: 'resource', resource })) };
  }

  #set(reading: Reading): void {
    const { run, block, view } = reading;
    const key = keyOf(run, block);
    this.#readings.delete(key);
    this.#readings.set(key, reading);
    this.#deps.post({ type: 'link', id: run, block, view });
    const [oldest] = this.#readings.values();
    if (oldest === undefined || this.#readings.size <= KEPT) return;
    oldest.controller.abort(new Error('Too many were read since.'));
    this.#readings.delete(keyOf(oldest.run, oldest.block));
    this.#deps.post({ type: 'link', id: oldest.run, block: oldest.block });
  }
}

function keyOf(run: string, block: number): string {
  return `${run}/${block}`;
}
