import type { FormQuestion, QuestionView, UrlQuestion } from '../../src/shared/questions';
import { expect, type Panel, test } from './support/panel';
import { SUM } from './support/tools';

const HOSTILE = '<img src=x onerror="window.pwned=1">[Sign in](command:quit) $(alert)';
const titled = (value: string, title: string) => ({ const: value, title });
const SURVEY: FormQuestion = {
  id: 'question-1',
  mode: 'form',
  server: 'Parcels',
  message: 'Before the parcel leaves, who is it for?\nIt leaves at noon.',
  schema: {
    type: 'object',
    properties: {
      name: { type: 'string', title: 'Name', description: 'As on the door', minLength: 2 },
      floor: { type: 'integer', title: 'Floor', minimum: 0, maximum: 20 },
      mail: { type: 'string', title: 'Mail', format: 'email' },
      speed: { type: 'string', title: 'Speed', oneOf: [titled('slow', 'By mule'), titled('fast', 'By pigeon')] },
      extras: {
        type: 'array',
        title: 'Extras',
        items: { type: 'string', oneOf: [titled('gift', 'Gift wrap'), titled('card', 'A card')] },
        uniqueItems: true,
      },
      insured: { type: 'boolean', title: 'Insured', default: true },
    },
    required: ['name', 'speed'],
  },
};
const VISIT: UrlQuestion = {
  id: 'question-2',
  mode: 'url',
  server: 'Parcels',
  message: 'Pay for the parcel.',
  address: {
    before: 'https://',
    host: 'xn--py-yia.example',
    after: '/parcel?id=17&back=https%3A%2F%2Fgood.example%2F',
  },
  warning: 'The host has letters that may look like other letters. Check it carefully.',
  advice: 'Open it only if you expected this. The server does not see what you do there.',
};

/** A call that runs, begun by keyboard. */
async function running(panel: Panel, theme: 'light' | 'dark' | 'highContrast' = 'light'): Promise<void> {
  await panel.open(SUM, { theme, init: { args: { a: 1, b: 2 } } });
  await panel.page.keyboard.press('Control+Enter');
  const { id } = await panel.posted('run');
  await panel.send({ type: 'started', run: { id: id as string, at: Date.now() } });
  await expect(panel.page.getByRole('button', { name: 'Cancel' })).toBeVisible();
}

/** Until the first one takes an answer. */
async function ask(panel: Panel, ...questions: QuestionView[]): Promise<void> {
  await panel.send({ type: 'questions', questions });
  const [first] = questions;
  if (first) await expect(answers(panel, first.id)).toHaveAttribute('aria-disabled', 'false');
}
const answers = (panel: Panel, id: string) => panel.page.locator(`#${id}-card .answers > .primary`);
const card = (panel: Panel) => panel.page.getByRole('article', { name: 'Question of the server “Parcels”' });

for (const theme of ['light', 'dark', 'highContrast'] as const) {
  test(`a question for values is answered by keyboard: ${theme}`, async ({ panel }) => {
    await running(panel, theme);
    const { page } = panel;
    await ask(panel, SURVEY);
    await expect(card(panel)).toBeFocused();
    await expect(page.getByRole('status').filter({ hasText: '“Parcels” asks a question. Before' })).toBeAttached();
    await panel.expectSound();
    await panel.screenshot(`question-${theme}`);
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('textbox', { name: 'Name' })).toBeFocused();
    expect(await panel.countPosted('answer')).toBe(0);
    await page.keyboard.type('Grace');
    await page.keyboard.press('Tab');
    await page.getByRole('textbox', { name: 'Floor' }).focus();
    await page.keyboard.type('seven');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('textbox', { name: 'Floor' })).toBeFocused();
    await panel.screenshot(`question-wrong-${theme}`);
    await page.keyboard.press('Control+A');
    await page.keyboard.type('7');
    await page.getByRole('radio', { name: 'By pigeon' }).press('Space');
    await page.getByRole('checkbox', { name: 'A card' }).press('Space');
    await page.getByRole('checkbox', { name: 'Gift wrap' }).press('Space');
    await page.getByRole('checkbox', { name: 'A card' }).press('Space');
    await panel.expectSound();
    await page.getByRole('button', { name: 'Send answer' }).press('Enter');
    expect(await panel.posted('answer')).toEqual({
      type: 'answer',
      id: 'question-1',
      action: 'accept',
      content: { name: 'Grace', floor: 7, speed: 'fast', extras: ['gift'], insured: true },
    });
    await ask(panel);
    await expect(card(panel)).toHaveCount(0);
    await expect(page.locator('#results')).toBeFocused();
  });

  test(`an address is shown in full and opened by its button only: ${theme}`, async ({ panel }) => {
    await running(panel, theme);
    const { page } = panel;
    await ask(panel, VISIT);
    await expect(card(panel)).toContainText(
      'https://xn--py-yia.example/parcel?id=17&back=https%3A%2F%2Fgood.example%2F',
    );
    await expect(page.locator('.asked-address strong')).toHaveText('xn--py-yia.example');
    await expect(card(panel)).toContainText('letters that may look like other letters');
    await expect(card(panel).locator('a')).toHaveCount(0);
    await panel.expectSound();
    await panel.screenshot(`question-address-${theme}`);
    // Neither the keys of Run nor those that are meant for something else.
    for (const key of ['Control+Enter', 'Enter', 'Space']) await page.keyboard.press(key);
    expect(await panel.countPosted('answer')).toBe(0);
    await page.getByRole('button', { name: 'Open in browser' }).press('Enter');
    expect(await panel.posted('answer')).toEqual({ type: 'answer', id: 'question-2', action: 'accept' });
    await page.getByRole('button', { name: 'Open in browser' }).press('Enter');
    expect(await panel.countPosted('answer')).toBe(0);
  });
}

test('declining, cancelling and stopping are said as such', async ({ panel }) => {
  await running(panel);
  for (const [index, name] of ['Decline', 'Cancel', 'Stop asking'].entries()) {
    await ask(panel, { ...SURVEY, id: `question-${index + 5}` });
    await card(panel).getByRole('button', { name }).press('Enter');
    expect(await panel.posted('answer')).toMatchObject({
      id: `question-${index + 5}`,
      action: name === 'Stop asking' ? 'stop' : name.toLowerCase(),
    });
  }
});

test('a question waits for another, moves no focus while something is typed, and is told of when it is gone', async ({
  panel,
}) => {
  await running(panel);
  const { page } = panel;
  const field = page.getByRole('textbox', { name: 'a', exact: true });
  await field.focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('12');
  await ask(panel, SURVEY, VISIT);
  await expect(card(panel)).toContainText('1 more question');
  await page.keyboard.type('34');
  await expect(field).toHaveValue('1234');
  await page.getByRole('button', { name: '2 questions' }).press('Enter');
  await expect(card(panel)).toBeFocused();
  await ask(panel, VISIT);
  await expect(card(panel)).toContainText('Pay for the parcel.');
  await expect(card(panel)).toBeFocused();
  const notice = 'The question of “Parcels” was taken back: the call is over. Nothing was sent.';
  await panel.send({ type: 'questions', questions: [], notice });
  await expect(page.locator('.results > .notice')).toHaveText(notice);
  await expect(page.getByRole('status').filter({ hasText: notice })).toBeAttached();
  await panel.screenshot('question-gone-light');
});

test('what is typed goes to the host, and is there again in a panel that was hidden', async ({ panel }) => {
  await running(panel);
  const { page } = panel;
  await ask(panel, SURVEY);
  await page.getByRole('textbox', { name: 'Name' }).fill('Ada');
  await page.getByRole('textbox', { name: 'Floor' }).fill('1e');
  expect((await panel.posted('draft')).draft).toEqual({ content: { name: 'Ada', insured: true } });
  const draft = { content: { name: 'Ada', insured: true }, texts: { '/floor': '1e' } };
  expect((await panel.posted('draft')).draft).toEqual(draft);
  await panel.open(SUM, { theme: 'light', init: { running: [{ id: 'r', at: Date.now() }] } });
  await ask(panel, { ...SURVEY, draft });
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('Ada');
  await expect(page.getByRole('textbox', { name: 'Floor' })).toHaveValue('1e');
});

test('what the host finds wrong stands at its field', async ({ panel }) => {
  await running(panel);
  const { page } = panel;
  await ask(panel, SURVEY);
  await page.getByRole('textbox', { name: 'Name' }).fill('Ada');
  await page.getByRole('radio', { name: 'By mule' }).press('Space');
  await page.getByRole('button', { name: 'Send answer' }).press('Enter');
  await panel.posted('answer');
  const problems = [{ name: 'name', message: 'Not valid: it must have at least 4 characters.' }];
  await panel.send({ type: 'questionRefused', id: 'question-1', problems });
  await expect(page.getByRole('textbox', { name: 'Name' })).toBeFocused();
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveAccessibleDescription(/at least 4 characters/);
  await page.getByRole('button', { name: 'Send answer' }).press('Enter');
  await panel.posted('answer');
});

test('whatever a server writes is text', async ({ panel }) => {
  await running(panel, 'dark');
  const { page } = panel;
  const property = { type: 'string', title: HOSTILE, description: HOSTILE };
  const choice = { type: 'string', title: HOSTILE, oneOf: [titled(HOSTILE, HOSTILE), titled('b', `${HOSTILE} b`)] };
  await ask(panel, {
    ...SURVEY,
    message: `${HOSTILE}\n${'long '.repeat(700)}`,
    schema: {
      type: 'object',
      properties: { a: property, __proto__: property, b: { type: 'array', items: choice }, c: choice },
      required: [],
    },
  });
  await expect(card(panel)).toContainText(HOSTILE);
  await expect(card(panel).locator('a, img, script')).toHaveCount(0);
  expect(await page.evaluate(() => (window as unknown as { pwned?: number }).pwned)).toBeUndefined();
  await panel.expectSound();
  await panel.screenshot('question-hostile-dark');
});

test('a question without fields asks to agree, and a narrow panel has room for it', async ({ panel }) => {
  await running(panel);
  // Beside each other, with little room for each.
  await panel.page.setViewportSize({ width: 920, height: 800 });
  await ask(panel, { ...VISIT, id: 'question-3' });
  const runBar = panel.page.locator('.run-bar');
  for (const button of await runBar.locator('> button').all()) {
    expect((await button.boundingBox())?.height).toBeLessThan(32);
  }
  await panel.screenshot('question-beside-narrow-light');
  await panel.page.setViewportSize({ width: 420, height: 900 });
  await ask(panel, { ...SURVEY, schema: { type: 'object', properties: {}, required: [] } });
  await expect(card(panel)).toBeInViewport();
  await panel.screenshot('question-agree-narrow-light');
  await card(panel).getByRole('button', { name: 'Agree' }).press('Enter');
  expect(await panel.posted('answer')).toMatchObject({ action: 'accept', content: {} });
});

const AGREE = { ...SURVEY, schema: { type: 'object' as const, properties: {}, required: [] } };
const keys = ['Control', 'Enter'];

test('keys that are held, repeated or pressed before a question could be read do not answer it', async ({ panel }) => {
  await panel.open(SUM, { theme: 'light', init: { args: { a: 1, b: 2 } } });
  const { keyboard } = panel.page;
  for (const key of keys) await keyboard.down(key);
  const { id } = await panel.posted('run');
  await panel.send({ type: 'started', run: { id: id as string, at: Date.now() } });
  await panel.send({ type: 'questions', questions: [AGREE] });
  await expect(card(panel)).toBeFocused();
  // As a key does that is held.
  await keyboard.down('Enter');
  await keyboard.up('Enter');
  await keyboard.press('Enter');
  await expect(answers(panel, AGREE.id)).toHaveAttribute('aria-disabled', 'true');
  await expect(answers(panel, AGREE.id)).toHaveAttribute('aria-disabled', 'false');
  await answers(panel, AGREE.id).focus();
  await keyboard.up('Control');
  await keyboard.down('Space');
  await panel.send({ type: 'questions', questions: [{ ...AGREE, id: 'question-8' }] });
  await expect(answers(panel, 'question-8')).toHaveAttribute('aria-disabled', 'false');
  await answers(panel, 'question-8').focus();
  await keyboard.down('Space');
  await keyboard.up('Space');
  expect(await panel.countPosted('answer')).toBe(0);
  await keyboard.press('Control+Enter');
  expect(await panel.posted('answer')).toMatchObject({ id: 'question-8', action: 'accept' });
  expect(await panel.countPosted('run')).toBe(0);
});

test('what was meant for a question that is gone does not answer the one in its place', async ({ panel }) => {
  await running(panel);
  const { page } = panel;
  await ask(panel, SURVEY);
  await page.getByRole('textbox', { name: 'Name' }).click();
  await page.keyboard.type('Grace');
  const notice = 'The question of “Parcels” was taken back: the call is over. Nothing was sent.';
  const next = { ...AGREE, id: 'question-8', message: 'May I delete everything?' };
  await panel.send({ type: 'questions', questions: [next], notice });
  await expect(card(panel)).toContainText(next.message);
  await page.keyboard.press('Control+Enter');
  await expect(page.locator('.results > .notice')).toHaveText(notice);
  await expect(
    page.getByRole('status').filter({ hasText: `${notice} “Parcels” asks a question. May I` }),
  ).toBeAttached();
  // A button goes down over one question, and up over the next.
  await expect(answers(panel, next.id)).toHaveAttribute('aria-disabled', 'false');
  await answers(panel, next.id).hover();
  await page.mouse.down();
  await panel.send({ type: 'questions', questions: [{ ...next, id: 'question-9' }], notice });
  await expect(answers(panel, 'question-9')).toHaveAttribute('aria-disabled', 'false');
  await page.mouse.up();
  await panel.send({ type: 'questions', questions: [{ ...next, id: 'question-10' }], notice });
  await expect(page.locator('#question-10-card')).toBeVisible();
  await answers(panel, 'question-10').click({ force: true });
  expect(await panel.countPosted('answer')).toBe(0);
  await panel.screenshot('question-after-another-light');
  await expect(answers(panel, 'question-10')).toHaveAttribute('aria-disabled', 'false');
  await answers(panel, 'question-10').click();
  expect(await panel.posted('answer')).toMatchObject({ id: 'question-10', action: 'accept' });
});
