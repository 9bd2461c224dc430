import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type FrameLocator, type Locator, type Page } from '@playwright/test';
import type { CodeServer } from '../../../scripts/lib/codeServer.mjs';
import { processTree } from '../../../scripts/lib/processTree.mjs';
import { ROOT } from '../../../scripts/lib/root.mjs';

export type Theme = 'light' | 'dark' | 'highContrast';

/** The built-in themes, with the class that the workbench has while each is on. */
const THEMES: Readonly<Record<Theme, { name: string; selector: string }>> = {
  light: { name: 'Default Light Modern', selector: '.monaco-workbench.vs' },
  dark: { name: 'Default Dark Modern', selector: '.monaco-workbench.vs-dark' },
  highContrast: { name: 'Default High Contrast', selector: '.monaco-workbench.hc-black' },
};

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

  /** A row of the tree. A string stands for the beginning of its label. */
  row(name: string | RegExp): Locator {
    const pattern = typeof name === 'string' ? new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`) : name;
    return this.tree.getByRole('treeitem', { name: pattern });
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

  /** The content of the webview that is in front. */
  get webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready:visible').last().frameLocator('iframe#active-frame');
  }

  /** Changes a user setting, as editing settings.json does. */
  async setSetting(key: string, value: unknown): Promise<void> {
    const file = join(this.#server.userData, 'User', 'settings.json');
    const settings = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...settings, [key]: value }, null, 2));
  }

  async setTheme(theme: Theme): Promise<void> {
    await this.setSetting('workbench.colorTheme', THEMES[theme].name);
    await this.page.locator(THEMES[theme].selector).first().waitFor();
  }

  /** Keeps a picture as test-results/screenshots/<name>.png. */
  async screenshot(name: string, target: Page | Locator = this.page): Promise<void> {
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
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
