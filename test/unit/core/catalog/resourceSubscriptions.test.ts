import { describe, expect, it } from 'vitest';
import { deferred } from '../../../../src/base/deferred';
import { PatchbayError } from '../../../../src/base/errors';
import { PatternSubscriptions } from '../../../../src/core/catalog/resourceSubscriptions';
import { FakeSession } from '../../../support/fakeSession';
import { ManualClock, settle } from '../../../support/manualClock';

/** A server with resources, a hundred a page, that keeps what is subscribed to. */
class ResourceSession extends FakeSession {
  uris: string[];
  readonly refuses = new Set<string>();
  refusal: 'protocol' | 'timeout' = 'protocol';
  readonly asked: string[] = [];
  inFlight = 0;
  most = 0;

  constructor(uris: string[], subscribe = true) {
    super({ resources: { subscribe } });
    this.uris = uris;
    this.answer = async (_method, { cursor }) => {
      const from = Number(cursor ?? 0);
      const page = this.uris.slice(from, from + 100).map((uri) => ({ uri, name: uri }));
      return { resources: page, ...(from + 100 < this.uris.length ? { nextCursor: String(from + 100) } : {}) };
    };
  }

  override async subscribeToResource(uri: string): Promise<void> {
    this.asked.push(uri);
    this.inFlight += 1;
    this.most = Math.max(this.most, this.inFlight);
    await settle();
    this.inFlight -= 1;
    if (this.refuses.has(uri)) throw new PatchbayError(this.refusal, 'refused');
    await super.subscribeToResource(uri);
  }
}

function create(patterns: readonly string[]) {
  const clock = new ManualClock();
  const lines: string[] = [];
  const add = (text: string) => void lines.push(text);
  const log = { error: add, warn: add, info: add, debug: () => {}, trace: () => {} };
  const subscriptions = new PatternSubscriptions({ clock, log, patterns });
  const updates: string[] = [];
  subscriptions.onDidUpdate(({ uri }) => updates.push(uri));
  return { clock, subscriptions, updates, lines };
}

describe('PatternSubscriptions', () => {
  it('subscribes to what matches, on all pages, and tells of updates', async () => {
    const session = new ResourceSession(
      Array.from({ length: 250 }, (_, i) => `${i % 2 === 0 ? 'file' : 'db'}:///${i}`),
    );
    const { subscriptions, updates } = create(['file:///*']);
    await subscriptions.attach(session, 1000);
    expect([...session.subscribed]).toEqual(session.uris.filter((uri) => uri.startsWith('file')));
    expect(subscriptions.uris).toHaveLength(125);
    expect(session.requests).toHaveLength(3);
    expect(session.most).toBeGreaterThan(1);
    expect(session.most).toBeLessThanOrEqual(32);
    session.announceUpdate('file:///2/below');
    expect(updates).toEqual(['file:///2/below']);
  });

  it('follows the list: subscribes to what is new, unsubscribes from what is gone', async () => {
    const session = new ResourceSession(['a:1', 'a:2', 'b:1']);
    const { clock, subscriptions } = create(['a:*']);
    await subscriptions.attach(session, 1000);
    session.uris = ['a:2', 'a:3'];
    for (let i = 0; i < 5; i++) session.announceResources();
    await clock.advance(200);
    await settle();
    expect([...session.subscribed]).toEqual(['a:2', 'a:3']);
    expect(session.asked).toEqual(['a:1', 'a:2', 'a:3']);
    expect(session.requests).toHaveLength(2);
  });

  it('lets others go on while there is much to compare, and gives up where it is too much', async () => {
    const session = new ResourceSession(Array.from({ length: 100 }, (_, i) => `${'a'.repeat(8000)}${i}`));
    const { subscriptions, lines } = create(Array.from({ length: 10 }, () => `**${'a'.repeat(900)}!`));
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await subscriptions.attach(session, 1000);
    isOver = true;
    expect(turns).toBeGreaterThan(5);
    expect(lines).toEqual(['There is too much to compare with "resources": what is left is left out.']);
    expect(session.asked).toEqual([]);
  });

  it('subscribes again on the next session, and hears no more of the one before', async () => {
    const first = new ResourceSession(['a:1']);
    const { clock, subscriptions, updates } = create(['**']);
    await subscriptions.attach(first, 1000);
    first.announceResources();
    first.drop();
    expect(clock.pending).toBe(0);
    const second = new ResourceSession(['a:1', 'a:2']);
    await subscriptions.attach(second, 1000);
    expect([...second.subscribed]).toEqual(['a:1', 'a:2']);
    first.announceUpdate('a:1');
    second.announceUpdate('a:2');
    expect(updates).toEqual(['a:2']);
  });

  it('asks for nothing without patterns, nor of a server that does not offer it', async () => {
    const { subscriptions, lines } = create([]);
    const session = new ResourceSession(['a:1']);
    await subscriptions.attach(session, 1000);
    expect([session.requests, lines]).toEqual([[], []]);
    const other = create(['**']);
    const without = new ResourceSession(['a:1'], false);
    await other.subscriptions.attach(without, 1000);
    expect(without.requests).toEqual([]);
    expect(other.lines).toHaveLength(1);
  });

  it('goes on without what the server refuses, says so once, and does not ask again', async () => {
    const session = new ResourceSession(['a:1', 'a:2', 'a:3']);
    for (const uri of ['a:1', 'a:3']) session.refuses.add(uri);
    const { clock, subscriptions, lines } = create(['**']);
    await subscriptions.attach(session, 1000);
    expect(subscriptions.uris).toEqual(['a:2']);
    session.announceResources();
    await clock.advance(200);
    await settle();
    expect(session.asked).toEqual(['a:1', 'a:2', 'a:3']);
    expect(lines).toEqual(['2 resources could not be subscribed to: refused']);
  });

  it('asks again with the next change of the list where no answer came', async () => {
    const session = new ResourceSession(['a:1']);
    session.refuses.add('a:1');
    session.refusal = 'timeout';
    const { clock, subscriptions } = create(['**']);
    await subscriptions.attach(session, 1000);
    session.refuses.clear();
    session.announceResources();
    await clock.advance(200);
    await settle();
    expect(session.asked).toEqual(['a:1', 'a:1']);
    expect(subscriptions.uris).toEqual(['a:1']);
  });

  it('subscribes to a thousand at most', async () => {
    const session = new ResourceSession(Array.from({ length: 1500 }, (_, i) => `a:${i}`));
    const { subscriptions, lines } = create(['**']);
    await subscriptions.attach(session, 1000);
    expect(subscriptions.uris).toHaveLength(1000);
    expect(lines[0]).toContain('More than 1000');
  });

  it('takes other patterns over on the open session', async () => {
    const session = new ResourceSession(['a:1', 'b:1']);
    const { subscriptions } = create(['a:*']);
    await subscriptions.attach(session, 1000);
    subscriptions.setPatterns(['b:*']);
    await settle();
    await settle();
    expect([...session.subscribed]).toEqual(['b:1']);
    subscriptions.setPatterns([]);
    await settle();
    expect([...session.subscribed]).toEqual([]);
  });

  it('stands whatever a server lists', async () => {
    const session = new ResourceSession([]);
    session.answer = async () => ({ resources: [null, 1, {}, { uri: 1 }, { uri: 'a:1' }, { uri: 'a:1' }, [], 'a:2'] });
    const { subscriptions, lines } = create(['**']);
    await subscriptions.attach(session, 1000);
    expect(subscriptions.uris).toEqual(['a:1']);
    session.answer = async () => ({ resources: 'none' });
    await subscriptions.attach(session, 1000);
    expect(lines.join()).toContain('could not be listed');
  });

  it('stops with the session, also in the middle', async () => {
    const session = new ResourceSession(Array.from({ length: 100 }, (_, i) => `a:${i}`));
    const { subscriptions, lines, clock } = create(['**']);
    const gate = deferred<void>();
    session.subscribeToResource = async (uri) => {
      session.asked.push(uri);
      await gate.promise;
      throw new PatchbayError('connectionClosed', 'gone');
    };
    const attached = subscriptions.attach(session, 1000);
    await settle();
    subscriptions.dispose();
    gate.resolve();
    await attached;
    expect(session.asked).toHaveLength(32);
    expect([lines, clock.pending]).toEqual([[], 0]);
  });
});
