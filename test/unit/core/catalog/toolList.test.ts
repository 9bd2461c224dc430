import { describe, expect, it } from 'vitest';
import { listTools } from '../../../../src/core/catalog/toolList';
import type { JsonObject } from '../../../../src/shared/json';
import { FakeSession } from '../../../support/fakeSession';

const tool = (name: string) => ({ name, inputSchema: { type: 'object' } });

function sessionWith(pages: Record<string, JsonObject>): FakeSession {
  const session = new FakeSession();
  session.answer = async (_method, params) => pages[String(params.cursor ?? '')] ?? {};
  return session;
}

describe('listTools', () => {
  it('reads all pages and keeps members it does not know', async () => {
    const session = sessionWith({
      '': { tools: [{ ...tool('a'), extra: { deep: 1 } }], nextCursor: 'p2' },
      p2: { tools: [tool('b')] },
    });
    const { tools, warnings } = await listTools(session, 1000);
    expect(tools).toEqual([{ ...tool('a'), extra: { deep: 1 } }, tool('b')]);
    expect(warnings).toEqual([]);
  });

  it('loses only the tools that cannot be used', async () => {
    const session = sessionWith({
      '': { tools: [tool('a'), { inputSchema: {} }, 7, { name: 'loose' }, tool('a'), tool('b')] as never },
    });
    const { tools, warnings } = await listTools(session, 1000);
    expect(tools.map(({ name }) => name)).toEqual(['a', 'loose', 'b']);
    expect(tools[1]?.inputSchema).toEqual({ type: 'object' });
    expect(warnings).toHaveLength(4);
  });

  it('asks nothing of a server without tools', async () => {
    const session = new FakeSession({});
    expect((await listTools(session, 1000)).tools).toEqual([]);
    expect(session.requests).toEqual([]);
  });

  it('ends when the server sends the same page for ever', async () => {
    const session = sessionWith({
      '': { tools: [tool('a')], nextCursor: 'again' },
      again: { tools: [tool('b')], nextCursor: 'again' },
    });
    await expect(listTools(session, 1000)).rejects.toMatchObject({ kind: 'limit' });
    expect(session.requests.length).toBeLessThan(5);
  });

  it('names an answer that holds no list', async () => {
    await expect(listTools(sessionWith({ '': { tools: 'none' } }), 1000)).rejects.toMatchObject({ kind: 'protocol' });
  });
});
