import { expect, it } from 'vitest';
import { toolTimeoutMs } from '../../../../src/core/catalog/toolTimeout';
import { readConfigFile } from '../../../../src/core/index';

/** As a file says it. */
function timeoutOf(timeouts: Record<string, number>, tool: string): number {
  const file = JSON.stringify({ servers: { s: { command: 'x', timeouts: { toolMs: 7 }, tools: { timeouts } } } });
  const { servers, diagnostics } = readConfigFile(file, { kind: 'adHoc' });
  expect(diagnostics).toEqual([]);
  const entry = servers[0]?.entry;
  return entry ? toolTimeoutMs(entry, tool) : Number.NaN;
}

it.each<[string, Record<string, number>, number]>([
  ['build', {}, 7],
  ['build', { build: 600 }, 600],
  ['build', { build: 0 }, 0],
  ['build', { builds: 600 }, 7],
  ['build', { 'bui*': 1, '*': 2 }, 1],
  ['build', { '*': 2, 'bui*': 1 }, 2],
  ['build', { '*': 2, build: 600 }, 600],
  ['constructor', {}, 7],
  ['toString', { '*': 3 }, 3],
  ['*', { 'a*': 3 }, 7],
])('gives the tool %s its time out of %o: %i ms', (tool, timeouts, expected) => {
  expect(timeoutOf(timeouts, tool)).toBe(expected);
});

it('is refused where it is no time', () => {
  const file = '{ "servers": { "s": { "command": "x", "tools": { "timeouts": { "a": -1 } } } } }';
  expect(readConfigFile(file, { kind: 'adHoc' }).diagnostics[0]?.message).toContain(
    'tools.timeouts.a must be a whole number of milliseconds, 0 or more',
  );
});
