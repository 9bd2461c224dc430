import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { ROOT } from '../../scripts/lib/root.mjs';
import { expect, setUserServers, test } from './support/fixtures';
import type { Workbench } from './support/workbench';

const ASKING = {
  name: 'Parcels [x](command:y)',
  command: 'node',
  args: [join(ROOT, 'test/e2e/support/askingServer.mjs')],
};

test.beforeAll(({ codeServer }) => setUserServers(codeServer, { asking: ASKING }));
test.afterAll(({ codeServer }) => setUserServers(codeServer, undefined));

test.beforeEach(async ({ workbench }) => {
  await workbench.setTheme('light');
  await workbench.openSideBar();
  await workbench.rowAction(workbench.server(ASKING.name), 'Connect');
  await expect(workbench.server(ASKING.name, /ready/)).toBeVisible();
  await workbench.expand(workbench.server(ASKING.name));
});

/** Runs a tool by its form. The question follows. */
async function run(workbench: Workbench, tool: string): Promise<void> {
  await workbench.row(tool).click();
  await workbench.webview.getByRole('button', { name: 'Run', exact: true }).click();
}

/** What the server got, as its tool tells. */
async function answered(workbench: Workbench, value: object): Promise<void> {
  await expect(async () => {
    const shown = await workbench.webview.locator('pre').first().innerText({ timeout: 1_000 });
    expect(JSON.parse(shown)).toEqual(value);
  }).toPass({ timeout: 15_000 });
}

/** Waits for a step of a form by what it asks for, then presses keys. */
async function step({ page, quickInput }: Workbench, asked: string, ...keys: string[]): Promise<void> {
  await expect(quickInput).toContainText(asked);
  await press(page, keys);
}

async function press(page: Page, keys: string[]): Promise<void> {
  for (const key of keys) {
    if (key.startsWith('=')) await page.keyboard.type(key.slice(1));
    else await page.keyboard.press(key);
  }
}

/** The question in the panel that is in front. */
function question({ webview }: Workbench): Locator {
  return webview.getByRole('article', { name: 'Question of the server “Parcels [x](command:y)”' });
}

/** Answers it by a button and the keyboard, as soon as it takes an answer. */
async function answer(workbench: Workbench, name: string): Promise<void> {
  const button = question(workbench).getByRole('button', { name });
  await expect(button).toHaveAttribute('aria-disabled', 'false');
  await button.press('Enter');
}

/** A call of another panel, so that a question may belong to either. */
async function runAnother(workbench: Workbench): Promise<void> {
  await run(workbench, 'hold');
  await expect(workbench.webview.getByRole('article', { name: 'Running' })).toBeVisible();
}

test('a question of the tool that runs is answered in its panel by keyboard, declined and cancelled', async ({
  workbench,
}) => {
  const { page, webview } = workbench;
  const card = question(workbench);

  await test.step('accepted', async () => {
    await run(workbench, 'survey');
    await expect(card).toBeFocused();
    await expect(card).toContainText('Before the parcel leaves');
    await expect(card).toContainText('while survey runs');
    await workbench.screenshot('question-light');
    await expect(card.getByRole('button', { name: 'Send answer' })).toHaveAttribute('aria-disabled', 'false');
    await press(page, ['Tab', '=A', 'Control+Enter']);
    await expect(webview.getByRole('textbox', { name: 'Name' })).toBeFocused();
    await expect(card).toContainText(/at least 2/i);
    await expect(card).toContainText('A value is required.');
    await workbench.screenshot('question-invalid-light');
    await press(page, ['=da']);
    await webview.getByRole('textbox', { name: 'Floor' }).focus();
    await press(page, ['=7']);
    await webview.getByRole('radio', { name: 'By pigeon' }).focus();
    await press(page, ['Space']);
    await webview.getByRole('checkbox', { name: 'Gift wrap' }).focus();
    await press(page, ['Space']);
    await workbench.setTheme('dark');
    await workbench.screenshot('question-dark');
    await press(page, ['Control+Enter']);
    const content = { name: 'Ada', floor: 7, speed: 'fast', extras: ['gift'], insured: true };
    await answered(workbench, { action: 'accept', content });
    await expect(card).toHaveCount(0);
  });

  await test.step('cancelled', async () => {
    await run(workbench, 'survey');
    await answer(workbench, 'Cancel');
    await answered(workbench, { action: 'cancel' });
  });

  await test.step('declined; hostile text stays text', async () => {
    await run(workbench, 'hostile');
    await expect(card).toContainText(
      '[Sign in](command:workbench.action.quit) $(alert) <img src=x onerror=alert(1)> \\u{202e}txt.exe',
    );
    await expect(card.locator('a, img')).toHaveCount(0);
    await workbench.screenshot('question-hostile-dark');
    await answer(workbench, 'Decline');
    await answered(workbench, { action: 'decline' });
  });

  await test.step('gone with its call', async () => {
    await run(workbench, 'survey');
    await expect(card).toBeFocused();
    await webview.locator('.run-bar').getByRole('button', { name: 'Cancel' }).press('Enter');
    await expect(card).toHaveCount(0);
    await expect(webview.locator('.results')).toContainText('” was taken back: ');
    await expect(webview.locator('.results')).toContainText('Cancelled');
  });
});

test('a question of a tool whose panel is hidden calls for it, and keeps what was typed', async ({ workbench }) => {
  const { page, webview } = workbench;
  const card = question(workbench);
  await run(workbench, 'survey');
  await expect(card).toBeFocused();
  await press(page, ['Tab', '=Ada']);
  await webview.getByRole('textbox', { name: 'Floor' }).focus();
  await press(page, ['=1e']);
  // Another panel in front of it, whose call asks too.
  await workbench.row('visit').click();
  await expect(webview.getByRole('heading', { name: 'visit' })).toBeVisible();
  await page.getByRole('tab', { name: /^survey/ }).click();
  await expect(webview.getByRole('textbox', { name: 'Name' })).toHaveValue('Ada');
  await expect(webview.getByRole('textbox', { name: 'Floor' })).toHaveValue('1e');
  await answer(workbench, 'Cancel');
  await answered(workbench, { action: 'cancel' });

  await run(workbench, 'later');
  await expect(webview.getByRole('article', { name: 'Running' })).toBeVisible();
  await run(workbench, 'go');
  const toast = page.locator('.notification-toast').filter({ hasText: 'asks a question, while its tool “later” runs' });
  await expect(toast).toContainText('“Parcels [x] (command:y)”');
  await workbench.screenshot('question-hidden-light');
  await toast.getByRole('button', { name: 'Show' }).press('Enter');
  await expect(card).toContainText('while later runs');
  await answer(workbench, 'Stop asking');
  await answered(workbench, { action: 'decline' });
  await run(workbench, 'survey');
  await answered(workbench, { action: 'decline' });
});

test('an address that a tool wants visited is shown in its panel and opened only on consent', async ({ workbench }) => {
  const { page, dialog } = workbench;
  const card = question(workbench);
  const context = page.context();
  const visited: string[] = [];
  await context.route('https://pay.example/**', async (route) => {
    visited.push(route.request().url());
    await route.fulfill({ contentType: 'text/html', body: '<title>Paid</title>Paid.' });
  });
  const address = 'https://pay.example/parcel?id=17&back=https%3A%2F%2Fshop.example%2F%3Fa%3D1%26b%3D2';

  await run(workbench, 'visit');
  await expect(card).toContainText('Host: pay.example');
  await expect(card).toContainText(address);
  await expect(card.locator('a, img')).toHaveCount(0);
  await workbench.screenshot('question-address-light');
  await answer(workbench, 'Decline');
  await answered(workbench, { action: 'decline' });
  expect(visited).toEqual([]);

  await run(workbench, 'visit');
  await expect(card).toBeFocused();
  await workbench.setTheme('dark');
  await workbench.screenshot('question-address-dark');
  await answer(workbench, 'Open in browser');
  const opened = context.waitForEvent('page');
  // The question of the editor, for every address that it does not know.
  await dialog.getByRole('button', { name: 'Open', exact: true }).click();
  await (await opened).waitForLoadState();
  await answered(workbench, { action: 'accept' });
  expect(visited).toEqual([address]);
});

test('values that a server asks for, nobody knows by which call, are given in dialogs', async ({ workbench }) => {
  const { page, quickInput } = workbench;
  await runAnother(workbench);

  await test.step('accepted', async () => {
    await run(workbench, 'survey');
    await expect(quickInput).toContainText('“Parcels [x] (command:y)” asks: Name (1/6)');
    await expect(quickInput).toContainText('Before the parcel leaves');
    await workbench.screenshot('elicit-text-light');
    await step(workbench, 'As on the door', '=A', 'Enter');
    await expect(quickInput).toContainText(/at least 2/i);
    await workbench.screenshot('elicit-invalid-light');
    await press(page, ['=da', 'Enter']);
    await step(workbench, 'Floor', '=seven', 'Enter');
    await expect(quickInput).toContainText(/number/i);
    await press(page, ['Control+A', '=7', 'Enter']);
    await expect(quickInput).toContainText('By mule');
    await workbench.setTheme('dark');
    await workbench.screenshot('elicit-choice-dark');
    await step(workbench, 'Speed', 'ArrowDown', 'Enter');
    await step(workbench, 'Extras', 'ArrowDown', 'Space', 'Enter');
    await step(workbench, 'Insured', 'ArrowDown', 'Enter');
    await expect(quickInput).toContainText('asks (6/6)');
    for (const text of ['By pigeon', 'Gift wrap', 'No']) await expect(quickInput).toContainText(text);
    await workbench.screenshot('elicit-review-dark');
    // The second row is the name: it can be changed once more.
    await press(page, ['ArrowDown', 'Enter']);
    await step(workbench, 'As on the door', 'Control+A', '=Grace', 'Enter');
    for (const asked of ['Floor', 'Speed', 'Extras', 'Insured']) await step(workbench, asked, 'Enter');
    await expect(quickInput).toContainText('asks (6/6)');
    await press(page, ['Enter']);
    const content = { name: 'Grace', floor: 7, speed: 'fast', extras: ['gift'], insured: false };
    await answered(workbench, { action: 'accept', content });
  });

  await test.step('cancelled', async () => {
    await run(workbench, 'survey');
    await step(workbench, 'As on the door', 'Escape');
    await answered(workbench, { action: 'cancel' });
  });

  await test.step('declined; hostile text stays text', async () => {
    await run(workbench, 'hostile');
    await expect(quickInput).toContainText(
      '[Sign in] (command:workbench.action.quit) $(alert) <img src=x onerror=alert(1)>',
    );
    await expect(quickInput).toContainText('\\u{202e}txt.exe');
    await expect(quickInput.locator('.quick-input-message a, .quick-input-message img, .codicon-alert')).toHaveCount(0);
    await workbench.screenshot('elicit-hostile-dark');
    // The button of the title is reached by keyboard too.
    await quickInput.getByRole('button', { name: 'Decline' }).focus();
    await press(page, ['Enter']);
    await answered(workbench, { action: 'decline' });
  });
});

test('an address that a server wants visited, nobody knows by which call, is shown in a dialog', async ({
  workbench,
}) => {
  const { page, dialog } = workbench;
  const context = page.context();
  const visited: string[] = [];
  await context.route('https://pay.example/**', async (route) => {
    visited.push(route.request().url());
    await route.fulfill({ contentType: 'text/html', body: '<title>Paid</title>Paid.' });
  });
  const address = 'https://pay.example/parcel?id=17&back=https%3A%2F%2Fshop.example%2F%3Fa%3D1%26b%3D2';
  await runAnother(workbench);

  await run(workbench, 'visit');
  await expect(dialog).toContainText('“Parcels [x] (command:y)” asks you to open an address');
  await expect(dialog).toContainText('Host: pay.example');
  await expect(dialog).toContainText(address);
  await expect(dialog.locator('.dialog-message-container').locator('a, img')).toHaveCount(0);
  await workbench.screenshot('visit-light');
  await press(page, ['Escape']);
  await answered(workbench, { action: 'cancel' });

  await run(workbench, 'visit');
  await dialog.getByRole('button', { name: 'Decline' }).focus();
  await press(page, ['Enter']);
  await answered(workbench, { action: 'decline' });
  expect(visited).toEqual([]);

  await run(workbench, 'visit');
  await expect(dialog).toContainText('Host: pay.example');
  await workbench.setTheme('dark');
  await workbench.screenshot('visit-dark');
  await press(page, ['Enter']);
  const opened = context.waitForEvent('page');
  // The question of the editor, for every address that it does not know.
  await dialog.getByRole('button', { name: 'Open', exact: true }).click();
  await (await opened).waitForLoadState();
  await answered(workbench, { action: 'accept' });
  expect(visited).toEqual([address]);
});

test('a language model answers a server only after the person saw question and answer', async ({ workbench }) => {
  const { page, dialog } = workbench;

  await run(workbench, 'ask');
  await expect(dialog).toContainText('“Parcels [x] (command:y)” wants to use your language model Parrot');
  await expect(dialog).toContainText('Which colour has the parcel?');
  await expect(dialog).toContainText('At most 50 tokens.');
  await workbench.screenshot('sampling-light');
  await press(page, ['Escape']);
  await answered(workbench, { error: 'The user rejected the sampling request.' });

  await run(workbench, 'ask');
  await expect(dialog).toContainText('wants to use your language model');
  await press(page, ['Enter']);
  await expect(dialog).toContainText('Parrot answered. Send this to “Parcels [x] (command:y)”?');
  await expect(dialog).toContainText('I heard: Which colour has the parcel?');
  await workbench.setTheme('dark');
  await workbench.screenshot('sampling-answer-dark');
  await press(page, ['Enter']);
  await answered(workbench, {
    model: 'parrot-1',
    stopReason: 'endTurn',
    role: 'assistant',
    content: { type: 'text', text: 'I heard: Which colour has the parcel?' },
  });
});
