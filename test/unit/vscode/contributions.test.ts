import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  ARGUMENTS_SCHEME,
  commandId,
  commandNames,
  contextKeys,
  focusServersCommandId,
  itemFlags,
  savedCallsName,
  serversViewId,
  userConfigName,
  viewContainerId,
  workspaceConfigName,
} from '../../../src/vscode/contributions';

const root = new URL('../../../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const words = JSON.parse(readFileSync(new URL('package.nls.json', root), 'utf8'));
const { contributes } = manifest;
const ids = new Set<string>(commandNames.map(commandId));
const menuEntries = Object.values(contributes.menus).flat() as { command: string; when?: string }[];

describe('package.json', () => {
  it('contributes exactly the commands that are registered', () => {
    expect(contributes.commands.map(({ command }: { command: string }) => command).sort()).toEqual([...ids].sort());
  });

  it('gives each command the category Patchbay and a title', () => {
    for (const { category, title } of contributes.commands) {
      expect(category).toBe('Patchbay');
      expect(title).toMatch(/^%command\.\w+%$/);
    }
  });

  it('names only commands that exist in menus', () => {
    expect(menuEntries.filter(({ command }) => !ids.has(command))).toEqual([]);
  });

  it('keeps every command in the palette', () => {
    expect(contributes.menus.commandPalette ?? []).toEqual([]);
  });

  it('names only known context keys in its conditions', () => {
    const known = new Set<string>([...Object.values(contextKeys), serversViewId]);
    const used = [...menuEntries, ...contributes.viewsWelcome].flatMap(
      ({ when }) => when?.match(/\bpatchbay\.\w+/g) ?? [],
    );
    expect(used.filter((key) => !known.has(key))).toEqual([]);
    for (const key of Object.values(contextKeys)) expect(used).toContain(key);
  });

  it('contributes the view, its container and a welcome', () => {
    expect(contributes.viewsContainers.activitybar[0].id).toBe(viewContainerId);
    expect(contributes.views[viewContainerId].map(({ id }: { id: string }) => id)).toEqual([serversViewId]);
    expect(contributes.viewsWelcome.map(({ view }: { view: string }) => view)).toEqual([serversViewId]);
    expect(focusServersCommandId).toBe(`${serversViewId}.focus`);
  });

  it('asks item menus for flags that rows have', () => {
    const conditions = menuEntries.flatMap(({ when }) => when?.match(/viewItem =~ \/(.+)\//)?.[1] ?? []);
    expect(conditions.length).toBeGreaterThan(0);
    for (const condition of conditions) {
      expect(Object.values(itemFlags).some((flag) => condition.includes(flag))).toBe(true);
      expect(() => new RegExp(condition)).not.toThrow();
    }
  });

  it('has each word that it names, and names each word that it has', () => {
    const named = [...JSON.stringify(manifest).matchAll(/%([\w.]+)%/g)].map(([, key]) => key).sort();
    expect([...new Set(named)]).toEqual(Object.keys(words).sort());
    for (const command of words['welcome.servers'].matchAll(/command:([\w.]+)/g)) expect(ids).toContain(command[1]);
  });

  it('gives the configuration files and the saved calls their schema and language', () => {
    const [{ fileMatch }, saved] = contributes.jsonValidation;
    expect(fileMatch).toEqual([
      `/${workspaceConfigName}`,
      `/${manifest.publisher}.${manifest.name}/${userConfigName}`.toLowerCase(),
    ]);
    expect(contributes.languages[0].filenames).toEqual([userConfigName, savedCallsName.split('/').at(-1)]);
    expect(saved).toEqual({ fileMatch: [`/${savedCallsName}`], url: './dist/calls.schema.json' });
  });

  it('keeps the promises of its identity', () => {
    expect(`${manifest.publisher}.${manifest.name}`).toBe('patchbay.patchbay');
    expect(words.displayName).toBe('Patchbay: MCP Servers');
    expect(manifest.engines.vscode).toBe('^1.105.0');
    expect(manifest.extensionKind).toEqual(['workspace']);
    expect(manifest.activationEvents).toEqual(['onStartupFinished', `onFileSystem:${ARGUMENTS_SCHEME}`]);
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe('limited');
  });
});
