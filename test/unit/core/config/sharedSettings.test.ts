import { describe, expect, it } from 'vitest';
import { mergeConfigFiles } from '../../../../src/core/config/merge';
import { read, workspace } from './support/definitions';

const HARMFUL = {
  pool: { maxTotal: 1, connectionTimeoutMs: 1, keepAlive: false },
  tools: { maxConcurrentCalls: 1, timeoutMs: 1 },
  metrics: { enabled: false, collect: { sizes: false } },
  gateway: { enabled: true, requireAuth: false },
};
const mine = { servers: { mine: { command: 'x' } } };
const theirs = { servers: { theirs: { command: 'x' } } };

const defaults = mergeConfigFiles([]).settings;

function merge(user: object, theirs: object, trusted: boolean) {
  const { settings, diagnostics } = mergeConfigFiles([read(user), read(theirs, workspace('w'))], { trusted });
  return { settings, found: diagnostics.filter(({ code }) => code === 'conflict') };
}

describe('settings of a workspace that all servers share', () => {
  it.each([
    ['with servers of the user', mine],
    ['with none', {}],
  ])('do not count without trust, and one warning says so: %s', (_, user) => {
    const { settings, found } = merge(user, { ...theirs, ...HARMFUL }, false);
    expect(settings).toEqual(defaults);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      severity: 'warning',
      path: '/w/w/.vscode/patchbay.json',
      pointer: '/pool/maxTotal',
      length: '"maxTotal"'.length,
    });
    expect(found[0]?.message).toBe(
      '"pool.maxTotal", "pool.connectionTimeoutMs", "pool.keepAlive", "tools.maxConcurrentCalls", "metrics.enabled", "metrics.collect": ignored while the workspace is not trusted',
    );
  });

  it('do not count with trust where the user has servers, which would share them', () => {
    const { settings, found } = merge({ ...mine, pool: { maxTotal: 7 } }, { ...theirs, ...HARMFUL }, true);
    expect(settings).toEqual({ ...defaults, pool: { ...defaults.pool, maxTotal: 7 } });
    expect(found.map(({ message }) => message)).toEqual([expect.stringContaining('Open User Configuration')]);
  });

  it('count with trust where all servers are of workspaces, and fill in what the file of the user leaves open', () => {
    const { settings, found } = merge(
      { pool: { maxTotal: 7 }, metrics: { enabled: true } },
      { ...theirs, ...HARMFUL },
      true,
    );
    expect(settings.pool).toEqual({ ...defaults.pool, maxTotal: 7, connectionTimeoutMs: 1, keepAlive: false });
    expect(settings.tools.maxConcurrentCalls).toBe(1);
    expect(settings.metrics).toMatchObject({ enabled: true, collect: { sizes: false, durations: true } });
    expect(found.map(({ message, pointer }) => [pointer, message])).toEqual([
      ['/pool/maxTotal', '"pool.maxTotal", "metrics.enabled": ignored here, because your own file sets it'],
    ]);
  });

  it('raise no bound on connections', () => {
    const pool = { maxTotal: 1000, maxConnectionsPerUrl: 1000, maxIdleMs: 900_000 };
    const { settings, found } = merge({}, { ...theirs, pool }, true);
    expect(settings.pool).toEqual({ ...defaults.pool, maxIdleMs: 900_000 });
    expect(found.map(({ pointer }) => pointer)).toEqual(['/pool/maxTotal']);
    expect(found[0]?.message).toContain('"pool.maxTotal", "pool.maxConnectionsPerUrl": ignored here above the default');
  });

  it('start no gateway', () => {
    expect(merge({}, { ...theirs, ...HARMFUL }, true).settings.gateway).toEqual(defaults.gateway);
  });

  it('say nothing where there is none of them, and let those of the file for its own servers be', () => {
    const file = { ...theirs, pool: {}, tools: { timeoutMs: 5 } };
    const { found } = merge(mine, file, false);
    expect(found).toEqual([]);
    const { servers } = mergeConfigFiles([read(mine), read(file, workspace('w'))]);
    expect(servers.get('theirs')?.entry?.timeouts.toolMs).toBe(5);
    expect(servers.get('mine')?.entry?.timeouts.toolMs).toBe(30_000);
  });

  it('of two folders count from the first one', () => {
    const { settings } = mergeConfigFiles([
      read({ ...theirs, pool: { maxTotal: 2 } }, workspace('one')),
      read({ pool: { maxTotal: 3, maxIdleMs: 3 } }, workspace('two')),
    ]);
    expect(settings.pool).toMatchObject({ maxTotal: 2, maxIdleMs: 3, keepAlive: true });
  });
});
