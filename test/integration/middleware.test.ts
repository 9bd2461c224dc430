import { afterEach, describe, expect, it } from 'vitest';
import { mergeConfigFiles, readConfigFile } from '../../src/core/index';
import type { CallToolResult } from '../../src/shared/mcp';
import { FaultHarness } from '../support/faultHarness';

let harness: FaultHarness;

afterEach(async () => {
  await harness.close();
});

const textOf = ({ content }: CallToolResult) => content.map(({ text }) => text).join('');
const echo = async () => textOf(await harness.hub.callTool('s', 'echo', { text: 'x' }));

/** Answers with the number of its call. */
const counting = (ended: string[] = []) => ({
  create() {
    let calls = 0;
    return async () => ({ content: [{ type: 'text', text: String(++calls) }] });
  },
  dispose: () => void ended.push('ended'),
});

describe('the middleware of a server', () => {
  it('is what its name means at the time of the call', async () => {
    harness = new FaultHarness({ s: { middleware: ['mine'] } });
    const { hub } = harness;
    await expect(echo()).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('nobody registered'),
    });
    const ended: string[] = [];
    const mine = hub.registerMiddleware('mine', counting(ended));
    expect([await echo(), await echo()]).toEqual(['1', '2']);
    mine.dispose();
    expect(ended).toEqual(['ended']);
    await expect(echo()).rejects.toMatchObject({ message: expect.stringContaining('nobody registered') });
    hub.registerMiddleware('mine', counting());
    expect(await echo()).toBe('1');
  });

  it('keeps what it knows when other middleware comes and goes, or the entry changes', async () => {
    harness = new FaultHarness({ s: { middleware: ['mine'] } });
    const { hub } = harness;
    const ended: string[] = [];
    hub.registerMiddleware('mine', counting(ended));
    expect(await echo()).toBe('1');
    const other = hub.registerMiddleware('other', (call, next) => next(call));
    expect(await echo()).toBe('2');
    other.dispose();
    const entry = (more: object) => {
      const text = JSON.stringify({ servers: { s: { command: 'x', middleware: ['mine'], ...more } } });
      hub.update(mergeConfigFiles([readConfigFile(text, { kind: 'adHoc' })]));
    };
    entry({});
    expect([ended, await echo()]).toEqual([['ended'], '1']);
    entry({ timeouts: { toolMs: 5000 } });
    expect(await echo()).toBe('2');
    entry({ middleware: [] });
    await hub.close();
    expect(ended).toEqual(['ended', 'ended']);
  });

  it('is named where a call runs out of time in it', async () => {
    harness = new FaultHarness({ s: { middleware: ['mine'] } });
    const { hub } = harness;
    hub.registerMiddleware('mine', async (call, next) => {
      await next(call);
      return new Promise(() => {});
    });
    await hub.connect('s');
    const { error } = await harness.call('s', 'run', 'x', { timeoutMs: 400 });
    expect(error?.message).toBe('The tool "run" did not end within 400 ms: it waited for the middleware "mine".');
  });

  it('does not keep a cancel from the server, whatever signal it hands on', async () => {
    harness = new FaultHarness({ s: { middleware: ['mine'] } });
    const { hub } = harness;
    hub.registerMiddleware('mine', (call, next) => next({ ...call, signal: new AbortController().signal }));
    const abort = new AbortController();
    await hub.connect('s');
    const call = hub.callTool('s', 'slow', { ms: 60_000 }, { signal: abort.signal });
    await echo();
    abort.abort();
    await expect(call).rejects.toMatchObject({ kind: 'cancelled' });
    expect(textOf(await hub.callTool('s', 'cancelled', {}))).toBe('1');
    expect(hub.load().servers[0]?.pool.inFlight).toBe(0);
  });
});
