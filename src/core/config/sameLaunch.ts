import type { ServerDefinition, ServerEntry } from './definition';

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

/** Whether two definitions of one server start or contact the same thing in the same way. */
export function isSameLaunch(a: ServerDefinition, b: ServerDefinition): boolean {
  return a.entry !== undefined && b.entry !== undefined && hardFacts(a) === hardFacts(b);
}

function hardFacts({ entry, source, transport, inputs }: ServerDefinition): string {
  const hard = Object.entries(entry ?? {}).filter(
    ([key]) => key !== 'limits' && !SOFT_KEYS.has(key as keyof ServerEntry),
  );
  return JSON.stringify([hard, entry?.limits.maxMessageBytes, source, transport, inputs]);
}
