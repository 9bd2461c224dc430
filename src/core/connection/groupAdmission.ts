import type { GroupDefinition } from '../config/definition';
import { describeGroup, groupFingerprint, needsApproval } from '../config/groupApproval';
import type { ApprovalRequest, Ports } from '../ports';
import { NeedsInputError } from './connection';
import type { NeededInput } from './state';

export type GroupAdmissionPorts = Pick<Ports, 'memory' | 'prompts' | 'workspace'>;

/**
 * What a person must give before a group may call, connect or check anybody; undefined: nothing. The user's own groups need
 * nothing. Those of a workspace need trust, and one approval where they name servers that the workspace does not bring or take
 * the place of the user's own group. It is kept for these members in this folder.
 */
export function neededForGroup(definition: GroupDefinition, ports: GroupAdmissionPorts): NeededInput | undefined {
  if (definition.source.kind !== 'workspace') return undefined;
  if (!ports.workspace.isTrusted()) return { kind: 'trust' };
  if (!needsApproval(definition)) return undefined;
  const { fingerprint, summary } = toRequest(definition);
  return ports.memory.get(fingerprint) === true ? undefined : { kind: 'approval', summary };
}

/** Asks a person for the approval that is missing. Rejects where there is none in the end. */
export async function admitGroup(
  definition: GroupDefinition,
  ports: GroupAdmissionPorts,
  interactive: boolean,
  signal: AbortSignal,
): Promise<void> {
  const needed = neededForGroup(definition, ports);
  if (!needed) return;
  const request = toRequest(definition);
  if (needed.kind === 'trust' || !interactive || !(await ports.prompts.approve([request], signal))) {
    throw refusal(needed);
  }
  await ports.memory.set(request.fingerprint, true);
}

/** The error of who uses a group that needs something first. */
export function refusal(needed: NeededInput): NeedsInputError {
  if (needed.kind === 'trust') {
    return new NeedsInputError(
      needed,
      'The workspace is in Restricted Mode: its groups are not used.',
      'Trust the workspace to use them.',
    );
  }
  return new NeedsInputError(
    needed,
    'The workspace configures this group, and what it uses was not approved yet.',
    'Connect it and read which servers it uses.',
  );
}

function toRequest(definition: GroupDefinition): ApprovalRequest {
  const { id, source } = definition;
  const folder = source.kind === 'workspace' ? source.folderPath : '';
  return {
    kind: 'group',
    serverId: id,
    serverName: id,
    ...describeGroup(definition),
    fingerprint: `approval:${folder}:group:${groupFingerprint(definition)}`,
  };
}
