/**
 * What is judged, and what is expected. The suites are pinned packages, so their lists of scenarios are fixed: `count`
 * says how many there are, every one of them must pass, but for those named in NOT_PASSING.
 */

/** Pinned versions of @modelcontextprotocol/conformance, by the name that they are installed under. */
export const STABLE = 'conformance-stable';
export const NEXT = 'conformance-next';

const EVERY_BRIDGED = ['initialize', 'tools_call', 'json-schema-2020-12-preservation', 'json-schema-ref-no-deref'];

/**
 * @typedef {object} ScenarioSet
 * @property {string} name
 * @property {string} suite
 * @property {string} [requirements] Revision of the specification: its required scenarios, over its wire.
 * @property {string[]} [scenarios] Only these; default: all that the suite has, each over the version it was made for.
 * @property {'stdio' | 'sse' | 'websocket'} [bridge] Transport between the core and a gateway in front of the judge.
 * @property {number} count
 */

/** @type {ScenarioSet[]} */
export const SETS = [
  { name: '2025-11-25', suite: NEXT, requirements: '2025-11-25', count: 18 },
  { name: '2026-07-28', suite: NEXT, requirements: '2026-07-28', count: 32 },
  { name: 'all', suite: NEXT, count: 48 },
  { name: 'all of 0.1.16', suite: STABLE, count: 26 },
  { name: 'over stdio', suite: NEXT, bridge: 'stdio', scenarios: EVERY_BRIDGED, count: 4 },
  { name: 'over SSE', suite: NEXT, bridge: 'sse', scenarios: EVERY_BRIDGED, count: 4 },
  { name: 'over WebSocket', suite: NEXT, bridge: 'websocket', scenarios: EVERY_BRIDGED, count: 4 },
];

/** Scenarios that measure time: nothing runs beside them. */
export const ALONE = ['sse-retry'];

/** "<suite> <scenario>", or "<bridge> <scenario>", with the reason. The run fails where one of these passes. */
export const NOT_PASSING = {
  'conformance-stable auth/2025-03-26-oauth-metadata-backcompat':
    'The fixture is wrong: its issuer is not the one that the metadata was asked for (RFC 8414, 3.3). Right in 0.2.0.',
};
