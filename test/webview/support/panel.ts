import { createRequire } from 'node:module';
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import type { HostMessage, RunView, ToolView } from '../../../src/shared/toolPanel';
import { type PanelServer, startPanelServer } from './panelServer';
import type { ThemeName } from './themes';

const axePath = createRequire(import.meta.url).resolve('axe-core');

type Posted = { type: string } & Record<string, unknown>;

/** The panel's page, with the host played by the test. */
export class Panel {
  readonly page: Page;
  readonly #server: PanelServer;
  readonly #troubles: string[] = [];

  constructor(page: Page, server: PanelServer) {
    this.page = page;
    this.#server = server;
    page.on('console', (message) => message.type() === 'error' && this.#troubles.push(message.text()));
    page.on('pageerror', (error) => this.#troubles.push(String(error)));
  }

  /** Opens the page and answers `ready` with the tool. */
  async open(tool: Partial<ToolView> | undefined, options: OpenOptions = {}): Promise<void> {
    await this.page.setViewportSize({ width: options.width ?? 1280, height: options.height ?? 800 });
    await this.page.goto(this.#server.url(options.theme ?? 'dark'));
    await this.init(tool, options);
  }

  async init(tool: Partial<ToolView> | undefined, options: OpenOptions = {}): Promise<void> {
    await this.posted('ready');
    await this.send({
      type: 'init',
      server: { id: 'everything', name: 'Everything' },
      toolName: tool?.name ?? 'tool',
      state: { kind: 'connected', label: 'ready' },
      runs: [],
      running: [],
      ...(tool && {
        tool: { name: 'tool', annotations: {}, inputSchema: { type: 'object' }, sensitive: false, ...tool },
      }),
      ...options.init,
    } as HostMessage);
    await expect(this.page.locator('.app')).toBeVisible();
  }

  /** What a screen reader is told of the form; the results have one of their own. */
  get status(): Locator {
    return this.page.locator('.app > [role=status]');
  }

  /** What the host says. */
  async send(message: HostMessage): Promise<void> {
    // As text, which carries every name and any depth.
    await this.page.evaluate((text) => window.postMessage(JSON.parse(text), '*'), JSON.stringify(message));
  }

  /** Waits for the webview to post a message of this type, takes it off the list and gives it. */
  async posted(type: string): Promise<Posted> {
    const handle = await this.page.waitForFunction((wanted) => {
      const list = (window as unknown as { posted?: Posted[] }).posted ?? [];
      const at = list.findIndex((message) => message.type === wanted);
      return at < 0 ? undefined : list.splice(at, 1)[0];
    }, type);
    return (await handle.jsonValue()) as Posted;
  }

  async countPosted(type: string): Promise<number> {
    const list = await this.page.evaluate(() => (window as unknown as { posted: Posted[] }).posted);
    return list.filter((message) => message.type === type).length;
  }

  /** Answers the run that the webview asked for. */
  async finish(outcome: RunView['outcome'], durationMs = 128): Promise<Posted> {
    const run = await this.posted('run');
    const at = Date.UTC(2026, 2, 31, 9, 30);
    await this.send({ type: 'started', run: { id: run.id as string, at } });
    await this.send({ type: 'finished', run: { id: run.id as string, at, durationMs, outcome } });
    return run;
  }

  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: `test-results/screenshots/toolForm/${name}.png` });
  }

  /** Nothing of the Content-Security-Policy broken, nothing thrown, nothing that axe calls serious. */
  async expectSound(): Promise<void> {
    expect(this.#troubles).toEqual([]);
    // Through the protocol, because the page's own policy forbids foreign scripts.
    const session = await this.page.context().newCDPSession(this.page);
    const { readFileSync } = await import('node:fs');
    await session.send('Runtime.evaluate', { expression: readFileSync(axePath, 'utf8') });
    const violations = await this.page.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: {
          run(): Promise<{
            violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
          }>;
        };
      };
      const found = (await axe.run()).violations;
      return found.map(
        ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map((n) => `${n.html} ${n.failureSummary}`).join('\n')}`,
      );
    });
    expect(violations.filter((text) => !text.startsWith('minor'))).toEqual([]);
  }
}

interface OpenOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  readonly init?: Partial<Extract<HostMessage, { type: 'init' }>>;
}

export const test = base.extend<{ panel: Panel }, { server: PanelServer }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures from the pattern
    async ({}, use) => {
      const server = await startPanelServer();
      await use(server);
      await server.close();
    },
    { scope: 'worker' },
  ],
  panel: async ({ page, server }, use) => {
    await use(new Panel(page, server));
  },
});

export { expect };
