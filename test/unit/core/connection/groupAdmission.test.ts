import { describe, expect, it } from 'vitest';
import type { GroupDefinition } from '../../../../src/core/config/definition';
import { groupFingerprint } from '../../../../src/core/config/groupApproval';
import { mergeConfigFiles } from '../../../../src/core/config/merge';
import { admitGroup, neededForGroup } from '../../../../src/core/connection/groupAdmission';
import { createNodePorts } from '../../../../src/core/nodePorts';
import type { ApprovalRequest } from '../../../../src/core/ports';
import { isShownWhole } from '../../../../src/vscode/adapters/approvalText';
import { read, workspace } from '../config/support/definitions';

const { signal } = new AbortController();
const ids = Array.from({ length: 100 }, (_, index) => `${'s'.repeat(60)}${index}`);
const servers = Object.fromEntries(ids.map((id) => [id, { command: 'x' }]));

function define(members: readonly string[], more: { readonly replaces?: boolean; readonly weight?: number } = {}) {
  const { replaces = false, weight = 1 } = more;
  const groups = { g: { members: members.map((server) => ({ server, weight })) } };
  const user = read({ servers, ...(replaces ? { groups } : {}) });
  const file = read({ servers: { own: { command: 'x' } }, groups }, workspace('w'));
  return mergeConfigFiles([user, file]).groups.get('g') as GroupDefinition;
}

function setUp(isTrusted = true) {
  const asked: ApprovalRequest[] = [];
  const approve = async (requests: readonly ApprovalRequest[]) => asked.push(...requests) > 0;
  const ports = createNodePorts({
    prompts: { approve, askValue: async () => undefined },
    workspace: { folders: () => [], isTrusted: () => isTrusted },
  });
  return { asked, ports, admit: (group: GroupDefinition) => admitGroup(group, ports, true, signal) };
}

describe('admitGroup', () => {
  it('asks once for the same members, whatever their weights and order', async () => {
    const { asked, ports, admit } = setUp();
    const [a = '', b = '', c = ''] = ids;
    expect(neededForGroup(define([a, b]), ports)).toMatchObject({ kind: 'approval' });
    await admit(define([a, b]));
    await admit(define([b, a], { weight: 2 }));
    expect(neededForGroup(define([a, b]), ports)).toBeUndefined();
    expect(asked).toHaveLength(1);
    for (const other of [define([a]), define([a, b, c]), define([a, b, 'own']), define([a, b], { replaces: true })]) {
      await admit(other);
    }
    expect(asked).toHaveLength(5);
    expect(new Set(asked.map(({ fingerprint }) => fingerprint)).size).toBe(5);
    expect(asked[0]?.fingerprint).toBe(`approval:/w/w:group:${groupFingerprint(define([a, b]))}`);
  });

  it('names every server in a way that a dialog can show', async () => {
    const { asked, admit } = setUp();
    await admit(define(ids));
    const [request] = asked;
    expect(request && isShownWhole(request)).toBe(true);
    for (const id of ids) expect(request?.details.join()).toContain(id);
  });

  it('asks nobody without trust', async () => {
    const { asked, admit } = setUp(false);
    await expect(admit(define(ids))).rejects.toMatchObject({ needed: { kind: 'trust' } });
    await expect(admit(define(['own']))).rejects.toMatchObject({ needed: { kind: 'trust' } });
    expect(asked).toEqual([]);
  });
});
