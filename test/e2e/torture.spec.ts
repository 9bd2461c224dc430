import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { ROOT } from '../../scripts/lib/root.mjs';
import { expect, setUserServers, test } from './support/fixtures';
import type { Workbench } from './support/workbench';

const TORTURE = { name: 'Torture chamber', command: 'node', args: [join(ROOT, 'test/servers/tortureServer.mjs')] };
/** More than there are stops on the way through the whole form. */
const MOST_TABS = 60;

test.beforeAll(({ codeServer }) => setUserServers(codeServer, { torture: TORTURE }));
test.afterAll(({ codeServer }) => setUserServers(codeServer, undefined));

/** Runs in the page: what a screen reader would call the element that has the focus, or its group. */
const FOCUSED_NAME = `(() => {
  const element = document.activeElement;
  const group = element?.matches('[type=radio]') ? element.closest('[role=radiogroup]') : null;
  const label = document.getElementById(group?.getAttribute('aria-labelledby') ?? '');
  const text = label?.firstChild?.textContent ?? (group ?? element)?.getAttribute('aria-label') ??
    element?.labels?.[0]?.firstChild?.textContent ?? element?.textContent ?? '';
  return text.replace(/\\*.*$/s, '').trim();
})()`;

/** Goes on with the key until what has the focus in the form is called like that. */
async function tabTo({ page, webview }: Workbench, name: string, key = 'Tab'): Promise<void> {
  const seen: string[] = [];
  for (let tabs = 0; tabs <= MOST_TABS; tabs++) {
    const focused: string = await webview.locator('html').evaluate(FOCUSED_NAME);
    if (focused === name) return;
    seen.push(focused);
    await page.keyboard.press(key);
  }
  throw new Error(`${name} was not reached. The way: ${seen.join(', ')}`);
}

async function fill(page: Page, ...steps: string[]): Promise<void> {
  for (const step of steps) {
    if (step.startsWith('=')) await page.keyboard.type(step.slice(1));
    else await page.keyboard.press(step);
  }
}

test('a form for everything that a schema can ask for is filled in by keyboard and arrives as typed', async ({
  workbench,
}) => {
  const { page, webview } = workbench;
  await workbench.setTheme('light');
  await workbench.openSideBar();
  await workbench.rowAction(workbench.server(TORTURE.name), 'Connect');
  await expect(workbench.server(TORTURE.name, /ready/)).toBeVisible();
  await workbench.expand(workbench.server(TORTURE.name));
  await workbench.row('torture').click();
  await webview.getByRole('textbox', { name: 'Text' }).focus();

  // In the order of the form: where the focus goes, and what is pressed there ("=" types).
  const steps: [string, ...string[]][] = [
    ['Text', '=abc def'],
    ['plain', '=one', 'Shift+Enter', '=two'],
    ['Send for maybe', '=null'],
    ['suggested', 'ArrowDown', 'ArrowDown', 'Enter'],
    ['email', '=a@example.com'],
    ['uuid', '=0b4ee7c5-45a2-4c47-9a3b-0de5d0a3a001'],
    ['ipv6', '=::1'],
    ['password', '=open sesame'],
    ['Type date as text', 'Enter', '=2026-03-31'],
    ['Type moment as text', 'Enter', '=2026-03-31T09:30:00+05:45'],
    ['file', '=AP+A'],
    ['whole', '=7'],
    ['amount', '=2.5'],
    ['flag', 'ArrowRight'],
    ['nullableFlag', 'ArrowLeft'],
    ['size', 'ArrowRight', 'ArrowRight'],
    ['colour', '=tea', 'Enter'],
    ['weight', 'ArrowRight'],
    ['Level', 'ArrowLeft'],
    ['mixed', '=true'],
    ['Send null for nothing', 'Space'],
    ['Add address', 'Enter'],
    ['street', '=Main'],
    ['name', '=Ulm'],
    ['Item 1', '=first'],
    ['Add item to tags', 'Enter', '=second'],
    ['Move Item 2 up', 'Enter'],
    ['Add item to matrix', 'Enter', 'Enter', '=1.5'],
    ['Add item to edits', 'Enter', '=old'],
    ['to', '=new'],
    ['Add item to pair', 'Enter', '=48.4'],
    ['Longitude', '=10'],
    ['Add item to pair', 'Enter', '=home'],
    ['Add item to range', 'Enter', '=1'],
    ['Item 2', '=2'],
    ['Add headers', 'Enter', 'Enter', '=accept', 'Enter', '=text/plain'],
    ['Add quotas', 'Enter', 'Enter', '=maxItems', 'Enter', '=5'],
    ['Add regions', 'Enter', 'Enter', '=us', 'ArrowDown', 'Enter', '=2'],
    ['Type of any', '=J'],
    ['any', '={"deep":[1,null]}'],
    ['Variant of target', 'ArrowRight'],
    ['url', '=https://example.com/'],
    ['timeout', '=5'],
    ['Variant of key', 'ArrowRight'],
    ['key', '=k1'],
    ['Add tree', 'Enter', '=root'],
    ['Add child', 'Enter', '=leaf'],
    ['delivery', 'ArrowRight'],
    ['card', '=1234'],
    ['billing', '=Main 1'],
    ['odd name/with~signs "and" more', '=odd'],
    ['constructor', '=mine'],
    ['Last', '=end'],
  ];
  for (const [name, ...keys] of steps) {
    await test.step(name, async () => {
      await tabTo(workbench, name);
      await fill(page, ...keys);
    });
  }

  await test.step('what the conditions ask for is missing', async () => {
    await page.keyboard.press('Control+Enter');
    await expect(webview.getByRole('textbox', { name: 'deadline' })).toBeFocused();
    await workbench.screenshot('torture-missing-light');
    await page.keyboard.type('today');
    await page.keyboard.press('Control+Enter');
  });

  const answer = webview.locator('.results pre').first();
  await expect(answer).toBeVisible();
  await workbench.setTheme('dark');
  await workbench.screenshot('torture-dark');
  expect(JSON.parse(await answer.innerText())).toEqual({
    text: 'abc def',
    plain: 'one\ntwo',
    maybe: null,
    suggested: 'eu-west',
    email: 'a@example.com',
    uuid: '0b4ee7c5-45a2-4c47-9a3b-0de5d0a3a001',
    ipv6: '::1',
    password: 'open sesame',
    date: '2026-03-31',
    moment: '2026-03-31T09:30:00+05:45',
    file: 'AP+A',
    whole: 7,
    amount: 2.5,
    port: 8080,
    flag: false,
    nullableFlag: null,
    size: 'medium',
    colour: 'teal',
    weight: 10,
    level: 2,
    mixed: true,
    version: 'v2',
    nothing: null,
    address: { street: 'Main', city: { name: 'Ulm' } },
    tags: ['second', 'first'],
    matrix: [[1.5]],
    edits: [{ from: 'old', to: 'new' }],
    pair: [48.4, 10, 'home'],
    range: [1, 2],
    headers: { accept: 'text/plain' },
    quotas: { maxItems: 5 },
    regions: { 'us-east': 2 },
    any: { deep: [1, null] },
    target: { kind: 'hook', url: 'https://example.com/', timeout: 5 },
    key: 'k1',
    tree: { name: 'root', child: { name: 'leaf' } },
    delivery: 'express',
    deadline: 'today',
    card: '1234',
    billing: 'Main 1',
    server: 'set by the server',
    'odd name/with~signs "and" more': 'odd',
    constructor: 'mine',
    last: 'end',
  });
});
