import type { ServerDefinition, ServerEntry } from './definition';
import { approvalFingerprint } from './fingerprint';

/** Keys that say nothing about what is started or contacted: a connection lives on when they change. */
const SOFT_KEYS: ReadonlySet<keyof ServerEntry> = new Set([
  'name',
  'autoConnect',
  'toolPrefix',
  'tools',
  'timeouts',
  'retry',
  'resources',
  'pool',
  'middleware',
]);

/**
 * Whether two definitions of one server start or contact the same thing in the same way. Those of a workspace do not where the
 * new one needs another approval.
 */
export function isSameLaunch(a: ServerDefinition, b: ServerDefinition): boolean {
  return a.entry !== undefined && b.entry !== undefined && hardFacts(a) === hardFacts(b);
}

function hardFacts(definition: ServerDefinition): string {
  const { entry, source, transport, inputs } = definition;
  const hard = Object.entries(entry ?? {}).filter(
    ([key]) => key !== 'limits' && !SOFT_KEYS.has(key as keyof ServerEntry),
  );
  const facts = [hard, entry?.limits.maxMessageBytes, source, transport, inputs];
  return JSON.stringify(source.kind === 'workspace' ? [...facts, approvalFingerprint(definition)] : facts);
}
