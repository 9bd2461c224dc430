import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Deferred, deferred } from '../../../../src/base/deferred';
import { PatchbayError } from '../../../../src/base/errors';
import type { ResourceContents } from '../../../../src/core/catalog/resourceContents';
import type { LinkMessage, LinkPanelMessage } from '../../../../src/shared/linkedResources';
import type { RunView } from '../../../../src/shared/toolPanel';
import { parsePanelMessage } from '../../../../src/shared/toolPanel';
import type { FinishedRun } from '../../../../src/vscode/panels/finishedRuns';
import { LinkedResources } from '../../../../src/vscode/panels/linkedResources';
import { settle } from '../../../support/manualClock';

const RUN = '0b9f8c1e-0000-4000-8000-000000000000';
const link = (uri: unknown) => ({ type: 'resource_link', uri, name: 'Notes' });
const run: FinishedRun = {
  view: { id: RUN } as RunView,
  args: {},
  answeredBy: 'member',
  result: {
    content: [
      { type: 'text', text: 'x' },
      link('note://one'),
      link(7),
      ...Array.from({ length: 30 }, () => link('note://more')),
    ],
  },
};

let posted: LinkMessage[];
let state: string;
let read: { server: string; uri: string; signal: AbortSignal; answer: Deferred<ResourceContents> }[];
let connect: ReturnType<typeof vi.fn>;
let links: LinkedResources;

beforeEach(() => {
  posted = [];
  read = [];
  state = 'connected';
  connect = vi.fn(async () => {});
  links = new LinkedResources({
    hub: {
      server: () => ({ state: { kind: state } }) as never,
      connect: connect as never,
      readResource: (server, uri, { signal } = {}) => {
        const answer = deferred<ResourceContents>();
        read.push({ server, uri, signal: signal as AbortSignal, answer });
        return answer.promise;
      },
    },
    run: (id) => (id === RUN ? run : undefined),
    post: (message) => posted.push(structuredClone(message)),
  });
});

/** As it comes from the webview. */
function send(type: string, block = 1, id = RUN): void {
  void links.receive(parsePanelMessage({ type, id, block }) as LinkPanelMessage);
}

describe('a linked resource', () => {
  it('is read from the server that answered, by the address in its own result', async () => {
    send('readLink');
    expect(posted).toEqual([{ type: 'link', id: RUN, block: 1, view: { status: 'reading' } }]);
    send('readLink');
    await settle();
    expect(read).toMatchObject([{ server: 'member', uri: 'note://one' }]);
    expect(connect).not.toHaveBeenCalled();
    read[0]?.answer.resolve([
      { uri: 'note://one', mimeType: 'text/markdown', text: `# ${'x'.repeat(300_000)}` },
      { uri: 'note://one/blob', blob: 'AAAA' },
    ]);
    await settle();
    const view = posted.at(-1)?.view;
    expect(view).toMatchObject({
      status: 'read',
      blocks: [{ type: 'resource', markdown: true, cut: true }, { blobBytes: 3 }],
    });
    expect(view).not.toHaveProperty('totalBlocks');
    expect(JSON.stringify(view).length).toBeLessThan(270_000);
    const id = view?.status === 'read' ? view.id : '';
    expect(links.result(id)?.content).toHaveLength(2);
    // So that its parts can be opened and saved.
    expect(parsePanelMessage({ type: 'saveAs', id, block: 0 })).toBeDefined();
  });

  it('connects its server first where it is not connected', async () => {
    state = 'disconnected';
    send('readLink');
    await settle();
    expect(connect).toHaveBeenCalledWith('member', expect.objectContaining({ interactive: true }));
    expect(read).toHaveLength(1);
  });

  it('says why it could not be read, and is tried again', async () => {
    send('readLink');
    await settle();
    read[0]?.answer.reject(new PatchbayError('protocol', 'No such note.', { hint: 'Ask for another.' }));
    await settle();
    expect(posted.at(-1)?.view).toEqual({ status: 'failed', message: 'No such note. Ask for another.' });
    send('readLink');
    await settle();
    read[1]?.answer.resolve([]);
    await settle();
    expect(posted.at(-1)?.view).toMatchObject({ status: 'read', blocks: [] });
  });

  it('is not read any more once that was cancelled, and says nothing later', async () => {
    send('readLink');
    await settle();
    send('cancelLink');
    expect(read[0]?.signal.aborted).toBe(true);
    expect(posted.at(-1)).toEqual({ type: 'link', id: RUN, block: 1 });
    read[0]?.answer.resolve([{ text: 'late' }]);
    await settle();
    expect(posted.at(-1)).not.toHaveProperty('view');
    send('cancelLink');
    expect(posted).toHaveLength(2);
  });

  it.each([
    ['a block that is no link', 0, RUN],
    ['a link without an address', 2, RUN],
    ['a block that is not there', 99, RUN],
    ['a run that is not there', 1, 'other'],
  ])('asks nothing of the server for %s', async (_what, block, id) => {
    send('readLink', block, id);
    await settle();
    expect(read).toEqual([]);
    expect(posted.at(-1)?.view).toEqual({ status: 'failed', message: 'The link has no address.' });
  });

  it('is there again for a panel that starts, the last twenty of them, and none when the panel closes', async () => {
    for (let block = 3; block < 25; block++) send('readLink', block);
    await settle();
    expect(read.filter(({ signal }) => signal.aborted)).toHaveLength(2);
    posted = [];
    links.start();
    expect(posted).toHaveLength(20);
    expect(posted[0]).toMatchObject({ block: 5, view: { status: 'reading' } });
    links.close();
    expect(read.every(({ signal }) => signal.aborted)).toBe(true);
    read.at(-1)?.answer.resolve([]);
    await settle();
    expect(posted).toHaveLength(20);
  });
});
