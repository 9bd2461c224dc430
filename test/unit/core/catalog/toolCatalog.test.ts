import { afterEach, describe, expect, it } from 'vitest';
import { ToolCatalog } from '../../../../src/core/catalog/toolCatalog';
import { createMemory, silentLogger } from '../../../../src/core/nodePorts';
import { FakeSession } from '../../../support/fakeSession';
import { ManualClock } from '../../../support/manualClock';

const MINUTE = 60_000;

let catalog: ToolCatalog | undefined;
afterEach(() => catalog?.dispose());

/** A catalog that listed once, and the times (ms) of the listings after that. */
async function attached(onList: (session: FakeSession) => void = () => {}) {
  const clock = new ManualClock();
  const session = new FakeSession();
  const listedAt: number[] = [];
  catalog = new ToolCatalog(
    { memory: createMemory(), memoryKey: 'k', clock, log: silentLogger() },
    { include: [], exclude: [] },
  );
  await catalog.attach(session, 1000);
  const start = clock.now();
  session.answer = async () => {
    listedAt.push(clock.now() - start);
    onList(session);
    return { tools: [] };
  };
  return { clock, session, listedAt };
}

describe('changes of the tool list', () => {
  it('that come together cost one listing', async () => {
    const { clock, session, listedAt } = await attached();
    for (let i = 0; i < 5; i++) session.announceTools();
    await clock.advance(MINUTE);
    expect(listedAt).toEqual([200]);
  });

  it('are listed soon again after a quiet time', async () => {
    const { clock, session, listedAt } = await attached();
    for (let i = 0; i < 3; i++) {
      session.announceTools();
      await clock.advance(20_000);
    }
    expect(listedAt).toEqual([200, 20_200, 40_200]);
  });

  it('that are announced with each listing make these ever rarer, and none is lost', async () => {
    const { clock, session, listedAt } = await attached((own) => own.announceTools());
    session.announceTools();
    await clock.advance(60 * MINUTE);
    expect(listedAt.slice(0, 4)).toEqual([200, 600, 1400, 3000]);
    expect(listedAt.length).toBeLessThan(75);
    session.answer = async () => {
      listedAt.push(-1);
      return { tools: [] };
    };
    await clock.advance(2 * MINUTE);
    expect(listedAt.at(-1)).toBe(-1);
  });
});
