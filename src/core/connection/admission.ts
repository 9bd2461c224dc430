import type { ServerDefinition } from '../config/definition';
import { approvalFingerprint, describeLaunch } from '../config/fingerprint';
import { launchFacts } from '../config/launchFacts';
import type { ApprovalRequest, Ports } from '../ports';
import { NeedsInputError } from './connection';

/**
 * Whether a server may be started at all. The user's own entries always; an entry of a workspace only in a trusted
 * workspace and after one approval that shows what will run. The approval is kept for this exact entry in this exact
 * folder and for the content of its environment file: relative paths and `${workspaceFolder}` mean something else
 * elsewhere, and a changed entry or file asks again. Of several servers, one whose file cannot be read is left to the
 * moment when it connects by itself: then that rejects.
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
  const read = await Promise.allSettled(guarded.map((definition) => toRequest(definition, ports)));
  if (guarded.length === 1 && read[0]?.status === 'rejected') throw read[0].reason;
  const requests = read
    .flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    .filter(({ fingerprint }) => ports.memory.get(fingerprint) !== true);
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

async function toRequest(definition: ServerDefinition, { env, userHome, workspace }: Ports): Promise<ApprovalRequest> {
  const { id, name, source } = definition;
  const folder = source.kind === 'workspace' ? source.folderPath : '';
  const facts = await launchFacts(definition, { env, userHome, folders: workspace.folders() });
  const { summary, details } = describeLaunch(definition);
  return {
    serverId: id,
    serverName: name,
    summary,
    details: [...details, ...facts.details],
    fingerprint: `approval:${folder}:${approvalFingerprint(definition)}${facts.key}`,
  };
}
