import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConfigSource } from '../../../../src/core/config/definition';
import { admit } from '../../../../src/core/connection/admission';
import { createNodePorts } from '../../../../src/core/nodePorts';
import type { ApprovalRequest } from '../../../../src/core/ports';
import { define } from '../config/support/definitions';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchbay-'));
});
afterEach(() => rm(folder, { recursive: true }));

function setUp() {
  const asked: ApprovalRequest[] = [];
  const approve = async (requests: readonly ApprovalRequest[]) => asked.push(...requests) > 0;
  const ports = createNodePorts({ prompts: { approve, askValue: async () => undefined } });
  const source: ConfigSource = {
    kind: 'workspace',
    folder: 'w',
    folderPath: folder,
    path: join(folder, 'patchbay.json'),
  };
  const definition = (entry: object) => define(entry, {}, source);
  const connect = (...entries: object[]) => admit(entries.map(definition), ports, true, new AbortController().signal);
  return { asked, connect };
}

describe('admit', () => {
  it('asks once for an entry, and again when its environment file changes', async () => {
    const { asked, connect } = setUp();
    const entry = { command: 'x', envFile: '.env' };
    await writeFile(join(folder, '.env'), 'A=1');
    await connect(entry);
    await connect(entry);
    expect(asked).toHaveLength(1);
    await writeFile(join(folder, '.env'), 'A=1\nNODE_OPTIONS=--require ./evil.js');
    await connect(entry);
    expect(asked.map(({ details }) => details.at(-1))).toEqual([
      'Variables of the environment file: A',
      'Variables of the environment file: NODE_OPTIONS, A',
    ]);
  });

  it('asks again where an entry wants more connections than the one that was approved', async () => {
    const { asked, connect } = setUp();
    await connect({ command: 'x' });
    await connect({ command: 'x', pool: { min: 32, max: 64 } });
    await connect({ command: 'x', pool: { min: 32, max: 64 } });
    expect(asked.map(({ details }) => details.filter((line) => line.startsWith('Connections')))).toEqual([
      [],
      ['Connections: up to 64 at the same time, 32 of them always open'],
    ]);
  });

  it('approves nothing whose environment file cannot be read, and says why', async () => {
    const { asked, connect } = setUp();
    await mkdir(join(folder, '.env'));
    await expect(connect({ command: 'x', envFile: '.env' })).rejects.toMatchObject({ kind: 'config' });
    expect(asked).toEqual([]);
  });

  it('asks for the others where one cannot be read', async () => {
    const { asked, connect } = setUp();
    await connect({ command: 'x', envFile: 'gone.env' }, { command: 'y' });
    expect(asked.map(({ summary }) => summary)).toEqual(['y']);
  });
});
