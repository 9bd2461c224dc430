import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type FrameLocator, type Locator, type Page } from '@playwright/test';
import type { CodeServer } from '../../../scripts/lib/codeServer.mjs';
import { processTree } from '../../../scripts/lib/processTree.mjs';
import { ROOT } from '../../../scripts/lib/root.mjs';

export type Theme = 'light' | 'dark' | 'highContrast';

/** What the system would say, and the class that the workbench has then. */
const THEMES = {
  light: { media: { colorScheme: 'light', forcedColors: 'none' }, selector: '.monaco-workbench.vs' },
  dark: { media: { colorScheme: 'dark', forcedColors: 'none' }, selector: '.monaco-workbench.vs-dark' },
  highContrast: { media: { colorScheme: 'dark', forcedColors: 'active' }, selector: '.monaco-workbench.hc-black' },
} as const;

const NAMED_THEMES = [
  ['-light', 'light'],
  ['-dark', 'dark'],
  ['-high-contrast', 'highContrast'],
] as const;

/** A window of VS Code, in the words of a person who uses it. */
export class Workbench {
  readonly page: Page;
  readonly #server: CodeServer;

  constructor(page: Page, server: CodeServer) {
    this.page = page;
    this.#server = server;
  }

  /** Opens the window and waits until extensions can run. */
  async open(): Promise<void> {
    await this.page.goto(this.#server.url);
    await this.page.locator('.monaco-workbench').waitFor();
    await this.page.locator('.activitybar').waitFor();
  }

  /** Shows the Patchbay container in the side bar. */
  async openSideBar(): Promise<void> {
    const tab = this.page.locator('.activitybar').getByRole('tab', { name: /^Patchbay/ });
    await tab.waitFor();
    if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
    await this.tree.waitFor();
  }

  get tree(): Locator {
    return this.page.locator('.sidebar').getByRole('tree').first();
  }

  /** A row of the tree. A string stands for the beginning of what a screen reader says of it. */
  row(name: string | RegExp): Locator {
    const pattern = typeof name === 'string' ? new RegExp(`^${escapeRegExp(name)}`) : name;
    return this.tree.getByRole('treeitem', { name: pattern });
  }

  /** The row of a server, where given only while its state reads like that. */
  server(name: string, state = /.*/): Locator {
    return this.row(new RegExp(`^${escapeRegExp(name)}, .* server, .*${state.source}`));
  }

  /** Presses an inline button of a row, by the name that a screen reader says. */
  async rowAction(row: Locator, action: string | RegExp): Promise<void> {
    await row.hover();
    await row.getByRole('button', { name: action }).click();
  }

  async expand(row: Locator): Promise<void> {
    if ((await row.getAttribute('aria-expanded')) === 'true') return;
    await row.locator('.monaco-tl-twistie').click();
    await expect(row).toHaveAttribute('aria-expanded', 'true');
  }

  async collapse(row: Locator): Promise<void> {
    if ((await row.getAttribute('aria-expanded')) !== 'true') return;
    await row.locator('.monaco-tl-twistie').click();
    await expect(row).toHaveAttribute('aria-expanded', 'false');
  }

  /** Runs a command from the palette, by its title. */
  async runCommand(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-widget input[type="text"]');
    await input.fill(`>${title}`);
    const entry = this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first();
    await entry.waitFor();
    await entry.click();
  }

  /** Picks a line of the quick pick that is open. */
  async pick(text: string | RegExp): Promise<void> {
    await this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first().click();
  }

  /** The modal dialog that is open. */
  get dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  /** The input box or quick pick that is open. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget');
  }

  /** The content of the webview that is in front. */
  get webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready:visible').last().frameLocator('iframe#active-frame');
  }

  /** As the system does it: the window follows its colour scheme. */
  async setTheme(theme: Theme): Promise<void> {
    const { selector, media } = THEMES[theme];
    await this.page.emulateMedia(media);
    await this.page.locator(selector).first().waitFor();
  }

  /**
   * Writes a file until the window shows it: without its native module, the file watcher of this VS Code misses a change
   * now and then. `seen` must give up within a few seconds.
   */
  async retrying(write: () => Promise<void>, seen: () => Promise<void>): Promise<void> {
    await expect(async () => {
      await write();
      await seen();
    }).toPass({ timeout: 30_000 });
  }

  /** Keeps a picture as test-results/screenshots/<name>.png. A name that ends with a theme is held to it. */
  async screenshot(name: string, target: Page | Locator = this.page): Promise<void> {
    const theme = NAMED_THEMES.find(([suffix]) => name.endsWith(suffix))?.[1];
    if (theme) await expect(this.page.locator(THEMES[theme].selector).first()).toBeVisible();
    const folder = join(ROOT, 'test-results', 'screenshots');
    await mkdir(folder, { recursive: true });
    await target.screenshot({ path: join(folder, `${name}.png`) });
  }

  /** Ids of the processes below this VS Code whose command line holds `text`. Linux only. */
  processes(text: string): number[] {
    return processTree(this.#server.processId)
      .map(({ pid }) => pid)
      .filter((pid) => commandLine(pid).includes(text));
  }

  /** Ids of the processes above one, the nearest first. */
  ancestors(pid: number): number[] {
    const parents = new Map(processTree(this.#server.processId).map((entry) => [entry.pid, entry.parent]));
    const found: number[] = [];
    for (let at = parents.get(pid); at !== undefined; at = parents.get(at)) found.push(at);
    return found;
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
