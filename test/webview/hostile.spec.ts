import type { Page } from '@playwright/test';
import type { JsonValue } from '../../src/shared/json';
import { expect, type Panel, test } from './support/panel';

const MARKUP = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script><style>*{display:none}</style>';
const LINK = '[x](command:workbench.action.quit) javascript:alert(1)';

/** Longest time in which the page answered nothing, until the form takes what is typed. */
const MOST_BLOCKED_MS = 1_500;

interface Watched {
  readonly requests: string[];
}

/** Opens the tool, types into its first text, and tells what was asked of the network in the meantime. */
async function openAndType(panel: Panel, inputSchema: object, name: string): Promise<Watched> {
  const requests: string[] = [];
  panel.page.on('request', (request) => requests.push(request.url()));
  await panel.open(undefined, { init: { state: { kind: 'connecting', label: 'connecting' } } });
  requests.length = 0;
  await watchBlocking(panel.page);
  const tool = { name: 'tool', annotations: {}, inputSchema: inputSchema as JsonValue, sensitive: false };
  await panel.send({ type: 'tool', tool });
  await panel.page.getByRole('textbox', { name, exact: true }).first().fill('typed');
  await panel.posted('argsChanged');
  expect(await blocked(panel.page)).toBeLessThan(MOST_BLOCKED_MS);
  return { requests: requests.filter((url) => !url.endsWith('/validator.js') && !url.startsWith('blob:')) };
}

function watchBlocking(page: Page): Promise<void> {
  return page.evaluate(() => {
    const state = window as unknown as { longest: number };
    state.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) state.longest = Math.max(state.longest, duration);
    }).observe({ type: 'longtask' });
  });
}

function blocked(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as { longest: number }).longest);
}

test('10,000 properties: the first can be used at once, any other can be added by its name', async ({ panel }) => {
  const properties = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`p${index}`, { type: 'string' }]),
  );
  const { requests } = await openAndType(panel, { type: 'object', properties }, 'p0');
  await expect(panel.page.getByRole('textbox', { name: 'p499', exact: true })).toBeAttached();
  await expect(panel.page.getByText('9500 more properties of the schema can be added by name.')).toBeAttached();
  await panel.page.getByRole('button', { name: 'Add entry to Arguments' }).click();
  await panel.page.keyboard.type('p9999');
  await panel.page.keyboard.press('Enter');
  await panel.page.keyboard.type('far');
  await panel.page.keyboard.press('Control+Enter');
  expect((await panel.posted('run')).args).toEqual({ p0: 'typed', p9999: 'far' });
  expect(requests).toEqual([]);
});

test('a thousand levels, references to itself and to elsewhere', async ({ panel }) => {
  let deep: object = { type: 'string' };
  for (let level = 0; level < 990; level++) {
    deep = { type: 'object', properties: { down: deep }, required: ['down'] };
  }
  const inputSchema = {
    type: 'object',
    properties: {
      first: { type: 'string' },
      deep,
      forever: { $ref: '#/$defs/forever' },
      circle: { $ref: '#/$defs/circle' },
      remote: { $ref: 'https://attacker.example/schema.json' },
      local: { $ref: 'file:///etc/passwd' },
    },
    required: ['deep', 'forever'],
    $defs: {
      forever: { type: 'object', properties: { again: { $ref: '#/$defs/forever' } }, required: ['again'] },
      circle: { allOf: [{ $ref: '#/$defs/circle' }] },
    },
  };
  const { requests } = await openAndType(panel, inputSchema, 'first');
  // Folded below some levels, and opened one by one.
  const folded = panel.page.locator('.fold[aria-expanded=false]');
  const before = await folded.count();
  expect(before).toBeGreaterThan(0);
  await folded.first().press('Enter');
  await folded.first().press('Enter');
  await expect(panel.page.locator('.fold[aria-expanded=true]').last()).toBeVisible();
  expect(requests).toEqual([]);
  await panel.expectSound();
});

test('names that objects have by themselves are names like any other', async ({ panel }) => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''];
  const inputSchema = JSON.parse(
    `{"type":"object","properties":{${names.map((name) => `${JSON.stringify(name)}:{"type":"string"}`).join()}}}`,
  );
  await openAndType(panel, inputSchema, 'constructor');
  await panel.page.getByRole('textbox', { name: '__proto__', exact: true }).fill('mine');
  await panel.page.getByRole('textbox', { name: '(empty name)', exact: true }).fill('no name');
  await panel.page.keyboard.press('Control+Enter');
  await panel.posted('run');
  const sent = await panel.page.evaluate(
    () => JSON.stringify(history.state ?? null) && sessionStorage.getItem('state'),
  );
  expect(sent).toContain('"__proto__":"mine"');
  expect(sent).toContain('"constructor":"typed"');
  expect(sent).toContain('"":"no name"');
  expect(await panel.page.evaluate(() => Object.hasOwn(Object.prototype, 'mine'))).toBe(false);
  await panel.expectSound();
});

test('script and style in every text stay text', async ({ panel }) => {
  const about = { title: MARKUP, description: `${MARKUP} ${LINK}` };
  const inputSchema = {
    ...about,
    type: 'object',
    properties: {
      first: { type: 'string' },
      [MARKUP]: { type: 'string', pattern: MARKUP, format: MARKUP, unit: MARKUP },
      text: { ...about, type: 'string', default: MARKUP, examples: [MARKUP] },
      number: { type: 'number', unit: MARKUP, ...about },
      few: { ...about, enum: ['<b>a</b>', '"><script>'] },
      many: { ...about, enum: Array.from({ length: 30 }, (_, index) => `${MARKUP}${index}`) },
      fixed: { ...about, const: MARKUP },
      map: { ...about, type: 'object', additionalProperties: { type: 'string' }, propertyNames: { enum: [MARKUP] } },
      union: {
        ...about,
        oneOf: [
          { ...about, type: 'string' },
          { ...about, type: 'number' },
        ],
      },
      file: { ...about, type: 'string', contentEncoding: 'base64', contentMediaType: MARKUP },
      data: { type: 'string', format: 'uri', default: 'data:text/html,<script>alert(1)</script>' },
      broken: { $ref: MARKUP },
    },
    required: [MARKUP, 'fixed'],
  };
  const { requests } = await openAndType(panel, inputSchema, 'first');
  await panel.page
    .getByRole('button', { name: /^Add item|^Add <img/ })
    .first()
    .click();
  await panel.page.keyboard.press('Control+Enter');
  await expect(panel.page.getByRole('region', { name: 'Problems' })).toBeVisible();
  expect(await panel.page.locator('#app :is(img, script, style, iframe, a, b)').count()).toBe(0);
  expect(await panel.page.evaluate(() => 'pwned' in window)).toBe(false);
  expect(requests).toEqual([]);
  await panel.screenshot('hostile-dark');
  await panel.expectSound();
});

test('a slow pattern of names and values holds nothing up', async ({ panel }) => {
  const inputSchema = {
    type: 'object',
    properties: {
      first: { type: 'string' },
      slow: { type: 'string', pattern: '^(a+)+$' },
      map: {
        type: 'object',
        patternProperties: { '^(a|a)*$': { type: 'string' } },
        propertyNames: { pattern: '^(a+)+$' },
      },
    },
  };
  await openAndType(panel, inputSchema, 'first');
  await panel.page.getByRole('textbox', { name: 'slow' }).fill(`${'a'.repeat(50)}!`);
  await panel.page.getByRole('textbox', { name: 'first' }).fill('still alive');
  await expect(panel.page.getByText(/Checking took too long/)).toBeVisible();
  await panel.page.getByRole('button', { name: 'Add map' }).click();
  await panel.page.getByRole('button', { name: 'Add entry to map' }).click();
  await panel.page.keyboard.type(`${'a'.repeat(40)}!`);
  await panel.page.keyboard.press('Enter');
  expect(await blocked(panel.page)).toBeLessThan(MOST_BLOCKED_MS);
});

test('patterns that look quick and are not hold nothing up', async ({ panel }) => {
  const letters = 'a'.repeat(40);
  const slow = ['^[^](a+)+[^]b$', `^${'(a|a)'.repeat(39)}$`];
  const inputSchema = {
    type: 'object',
    properties: {
      first: { type: 'string' },
      [letters]: { type: 'string' },
      any: { type: 'string', default: letters, pattern: slow[0] },
      either: { oneOf: slow.map((pattern) => ({ type: 'string', pattern })), default: letters },
    },
    patternProperties: Object.fromEntries(slow.map((pattern) => [pattern, { type: 'string' }])),
    propertyNames: { pattern: slow[1] },
  };
  await openAndType(panel, inputSchema, 'first');
  await panel.page.getByRole('textbox', { name: 'first' }).fill('still alive');
  await expect(panel.page.getByText(/Checking took too long/)).toBeVisible();
  expect(await blocked(panel.page)).toBeLessThan(MOST_BLOCKED_MS);
});

test('references that can be chosen in a million ways hold nothing up', async ({ panel }) => {
  const $defs = Object.fromEntries(
    Array.from({ length: 12 }, (_, level) => [
      `d${level}`,
      level === 11
        ? { type: 'object', properties: { s: { type: 'string' } } }
        : { anyOf: Array.from({ length: 50 }, () => ({ $ref: `#/$defs/d${level + 1}` })) },
    ]),
  );
  const x = { $ref: '#/$defs/d0', default: { s: 'kept' } };
  await openAndType(panel, { type: 'object', properties: { first: { type: 'string' }, x }, $defs }, 'first');
  await expect(panel.page.getByRole('textbox', { name: 'x' })).toHaveValue(/"s": "kept"/);
  await panel.page.keyboard.press('Control+Enter');
  await panel.expectSound();
});
