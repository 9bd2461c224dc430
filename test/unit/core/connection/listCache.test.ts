import { beforeEach, describe, expect, it } from 'vitest';
import { ListCache } from '../../../../src/core/connection/listCache';
import { ManualClock } from '../../../support/manualClock';

describe('ListCache', () => {
  let clock: ManualClock;
  let cache: ListCache;
  const page = { resources: [], ttlMs: 1000, cacheScope: 'private' };

  beforeEach(() => {
    clock = new ManualClock();
    cache = new ListCache(clock);
  });

  it('gives a page for as long as it is fresh', async () => {
    cache.put('resources/list', {}, page);
    await clock.advance(999);
    expect(cache.get('resources/list', { _meta: { progressToken: 1 } })).toBe(page);
    await clock.advance(1);
    expect(cache.get('resources/list', {})).toBeUndefined();
  });

  it.each([undefined, 0, -1, '1000', Number.NaN, null])('keeps nothing that lasts %j', (ttlMs) => {
    cache.put('resources/list', {}, page);
    cache.put('resources/list', {}, { resources: [], ttlMs } as never);
    expect(cache.get('resources/list', {})).toBeUndefined();
  });

  it('believes nobody for more than a day', async () => {
    cache.put('prompts/list', {}, { ttlMs: Number.MAX_VALUE });
    await clock.advance(24 * 60 * 60_000);
    expect(cache.get('prompts/list', {})).toBeUndefined();
  });

  it('tells pages apart, and methods that it does not keep', () => {
    cache.put('resources/list', { cursor: 'a' }, page);
    expect(cache.get('resources/list', {})).toBeUndefined();
    expect(cache.get('resources/list', { cursor: 'a' })).toBe(page);
    for (const method of ['tools/list', 'resources/read', 'tools/call']) {
      cache.put(method, {}, page);
      expect(cache.get(method, {})).toBeUndefined();
    }
  });

  it('forgets every page of a list that changed, and of no other', () => {
    for (const method of ['resources/list', 'resources/templates/list', 'prompts/list']) cache.put(method, {}, page);
    cache.forget('resources');
    expect(cache.get('resources/list', {})).toBeUndefined();
    expect(cache.get('resources/templates/list', {})).toBeUndefined();
    expect(cache.get('prompts/list', {})).toBe(page);
  });

  it('keeps nothing that was asked for before a change was announced', () => {
    const { changes } = cache;
    cache.forget('prompts');
    cache.put('prompts/list', {}, page, changes);
    expect(cache.get('prompts/list', {})).toBeUndefined();
  });

  it('keeps a bounded number of pages', () => {
    for (let index = 0; index <= 100; index++) cache.put('resources/list', { cursor: `${index}` }, page);
    expect(cache.get('resources/list', { cursor: '0' })).toBeUndefined();
    expect(cache.get('resources/list', { cursor: '100' })).toBe(page);
  });
});
