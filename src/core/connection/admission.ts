import type { ServerDefinition } from '../config/definition';
import { describeLaunch, launchFingerprint } from '../config/fingerprint';
import type { ApprovalRequest, Ports } from '../ports';
import { NeedsInputError } from './connection';

/**
 * Whether a server may be started at all. The user's own entries always; an entry of a workspace only in a trusted
 * workspace and after one approval that shows what will run. The approval is kept for this exact entry in this exact
 * folder: relative paths and `${workspaceFolder}` mean something else elsewhere, and a changed entry asks again.
 */
export async function admit(
  definitions: readonly ServerDefinition[],
  ports: Ports,
  interactive: boolean,
  signal: AbortSignal,
): Promise<void> {
  const guarded = definitions.filter(({ source }) => source.kind === 'workspace');
  if (guarded.length === 0) return;
  if (!ports.workspace.isTrusted()) {
    throw new NeedsInputError(
      { kind: 'trust' },
      'The workspace is in Restricted Mode: its servers are not started.',
      'Trust the workspace to use them.',
    );
  }
  const requests = guarded.map(toRequest).filter(({ fingerprint }) => ports.memory.get(fingerprint) !== true);
  const [first] = requests;
  if (!first) return;
  if (!interactive || !(await ports.prompts.approve(requests, signal))) {
    throw new NeedsInputError(
      { kind: 'approval', summary: first.summary },
      'The workspace configures this server, and it was not approved yet.',
      'Connect it and read what it will run.',
    );
  }
  for (const { fingerprint } of requests) await ports.memory.set(fingerprint, true);
}

function toRequest(definition: ServerDefinition): ApprovalRequest {
  const { id, name, source } = definition;
  const folder = source.kind === 'workspace' ? source.folderPath : '';
  return {
    serverId: id,
    serverName: name,
    ...describeLaunch(definition),
    fingerprint: `approval:${folder}:${launchFingerprint(definition)}`,
  };
}
