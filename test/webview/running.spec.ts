import type { JsonValue } from '../../src/shared/json';
import { expect, type Panel, test } from './support/panel';
import { result, text } from './support/tools';

const STRICT = {
  name: 'strict',
  inputSchema: {
    type: 'object',
    properties: { n: { type: 'string', pattern: '^a+$' }, m: { type: 'string' } },
    required: ['n'],
  },
};

interface HeldChecks {
  readonly waiting: (() => void)[];
  hold: boolean;
}

declare global {
  interface Window {
    heldChecks: HeldChecks;
    seenInvalid: string[];
  }
}

/** Checks wait in the page until they are let go, and have all the time they need for it. */
async function holdChecks(panel: Panel): Promise<void> {
  await panel.page.addInitScript(() => {
    const held: HeldChecks = { waiting: [], hold: false };
    window.heldChecks = held;
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message: unknown) {
      if (held.hold) held.waiting.push(() => post.call(this, message));
      else post.call(this, message);
    };
    const later = window.setTimeout.bind(window);
    const patient = (action: () => void, ms?: number) => later(action, ms === 1_000 ? 60_000 : ms);
    Object.assign(window, { setTimeout: patient });
  });
}

const hold = (panel: Panel) => panel.page.evaluate(() => Object.assign(window.heldChecks, { hold: true }));

async function waitForCheck(panel: Panel): Promise<void> {
  await panel.page.waitForFunction(() => window.heldChecks.waiting.length > 0);
}

async function letGo(panel: Panel): Promise<void> {
  await panel.page.evaluate(() => {
    const held = window.heldChecks;
    held.hold = false;
    for (const post of held.waiting.splice(0)) post();
  });
}

const field = (panel: Panel, name: string) => panel.page.getByRole('textbox', { name, exact: true });

function toolMessage(inputSchema: JsonValue, description?: string) {
  const tool = { name: 'strict', annotations: {}, sensitive: false, inputSchema, ...(description && { description }) };
  return { type: 'tool', tool } as const;
}

test('runs only what was checked, and checks again what was typed meanwhile', async ({ panel }) => {
  await holdChecks(panel);
  await panel.open(STRICT, { init: { args: { n: 'aaa' } } });
  await hold(panel);
  await field(panel, 'n').press('Control+Enter');
  await waitForCheck(panel);
  await field(panel, 'n').fill('not valid');
  await letGo(panel);
  await expect(field(panel, 'n')).toHaveAttribute('aria-invalid', 'true');
  await expect(panel.status).toContainText('1 problem: n:');
  expect(await panel.countPosted('run')).toBe(0);
  await hold(panel);
  await field(panel, 'n').fill('a');
  await field(panel, 'n').press('Control+Enter');
  await waitForCheck(panel);
  await field(panel, 'n').fill('aa');
  await letGo(panel);
  expect((await panel.posted('run')).args).toEqual({ n: 'aa' });
});

test('runs once, however often it is asked to while the arguments are checked', async ({ panel }) => {
  await holdChecks(panel);
  await panel.open(STRICT, { init: { args: { n: 'aaa' } } });
  await hold(panel);
  await field(panel, 'n').press('Control+Enter');
  await waitForCheck(panel);
  await field(panel, 'n').press('Control+Enter');
  await letGo(panel);
  const run = await panel.finish(result([text('ok')]));
  expect(run.args).toEqual({ n: 'aaa' });
  expect(await panel.countPosted('run')).toBe(0);
});

test('says what is wrong with what stands in the form, never with what stood there', async ({ panel }) => {
  await holdChecks(panel);
  await panel.open(STRICT);
  await hold(panel);
  await field(panel, 'n').fill('b');
  await waitForCheck(panel);
  await panel.page.evaluate(() => {
    window.seenInvalid = [];
    new MutationObserver(() => {
      const invalid = document.querySelector<HTMLInputElement>('[aria-invalid=true]');
      if (invalid) window.seenInvalid.push(invalid.value);
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  await field(panel, 'n').fill('a');
  await letGo(panel);
  // Every check was answered by the time of this run.
  await field(panel, 'n').press('Control+Enter');
  expect((await panel.posted('run')).args).toEqual({ n: 'a' });
  expect(await panel.page.evaluate(() => window.seenInvalid)).toEqual([]);
});

test('holds what is run to what the tool asks for by then, and says that this changed', async ({ panel }) => {
  await holdChecks(panel);
  await panel.open(STRICT, { init: { args: { n: 'aaa', m: 'mine' } } });
  await hold(panel);
  await field(panel, 'n').press('Control+Enter');
  await waitForCheck(panel);
  const { properties } = STRICT.inputSchema;
  const target = { type: 'string' };
  await panel.send(toolMessage({ type: 'object', properties: { ...properties, target }, required: ['target'] }));
  await expect(field(panel, 'target')).toBeVisible();
  await letGo(panel);
  const said = 'The server changed what this tool asks for.';
  await expect(panel.page.locator('.notice', { hasText: said })).toBeVisible();
  await expect(panel.status).toHaveText(`${said} 1 problem: target: A value is required.`);
  await expect(field(panel, 'target')).toBeFocused();
  expect(await panel.countPosted('run')).toBe(0);
  await panel.screenshot('schema-changed-dark');
  await panel.expectSound();
  await field(panel, 'target').fill('x');
  await expect(panel.page.locator('.notice', { hasText: said })).toBeHidden();
  await hold(panel);
  await field(panel, 'target').press('Control+Enter');
  await waitForCheck(panel);
  await panel.send(toolMessage({ type: 'object', properties: { ...properties, target, extra: target } }));
  await letGo(panel);
  expect((await panel.posted('run')).args).toEqual({ n: 'aaa', m: 'mine', target: 'x' });
  await expect(panel.page.locator('.notice', { hasText: said })).toBeVisible();
});

test('keeps the variant that was chosen when only the words of the tool change', async ({ panel }) => {
  const variant = (title: string) => ({ title, type: 'object', properties: { v: { type: 'string' } } });
  const inputSchema = {
    type: 'object',
    properties: { x: { oneOf: [variant('First'), variant('Second')] } },
    required: ['x'],
  };
  await panel.open({ name: 'strict', inputSchema });
  const second = panel.page.getByRole('radiogroup', { name: /Variant of x/ }).getByLabel('Second');
  await second.check({ force: true });
  await panel.send(toolMessage(structuredClone(inputSchema), 'Other words.'));
  await expect(panel.page.getByText('Other words.')).toBeVisible();
  await expect(second).toBeChecked();
});

test('offers to put back only what is not there', async ({ panel }) => {
  const putBack = panel.page.getByRole('button', { name: /Put back/ });
  await panel.open(STRICT, { init: { args: { n: 'a' }, loaded: { before: { n: 'a' } } } });
  await field(panel, 'n').fill('aa');
  await panel.posted('argsChanged');
  await panel.send({ type: 'arguments', args: { n: 'aa' }, name: 'mine' });
  await expect(panel.page.getByText('“mine” is in the form.')).toBeAttached();
  await expect(putBack).toBeHidden();
  await panel.send({ type: 'arguments', args: { n: 'aaa' } });
  await putBack.click();
  await expect(field(panel, 'n')).toHaveValue('aa');
});

test('checks again after a check that could not begin', async ({ panel }) => {
  await panel.page.route('**/validator.js', (route) => route.fulfill({ status: 503, body: 'postMessage({ id: 0 })' }), {
    times: 1,
  });
  await panel.open(STRICT);
  await field(panel, 'n').fill('b');
  const notice = panel.page.locator('.notice');
  await expect(notice).toHaveText('The arguments could not be checked against the schema.');
  await field(panel, 'n').fill('bb');
  await expect(notice).toBeHidden();
});
