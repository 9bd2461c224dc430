/** Size of the built form, time until it can be used, and time for a key in it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { ROOT } from '../../scripts/lib/root.mjs';
import { FILES, servePages } from './form/page.mjs';

const ROUNDS = 7;
const KEYS = 40;
const GOAL_KB = 70;
const GOAL_VALIDATOR_KB = 40;
const GOAL_OPEN_MS = 150;
const GOAL_KEY_MS = 16;

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Texts, numbers, choices, lists and objects in turns. */
function schemaOf(fields) {
  const kinds = [
    { type: 'string', description: 'Some text.', maxLength: 100 },
    { type: 'integer', minimum: 0, maximum: 100_000 },
    { enum: ['small', 'medium', 'large'] },
    { type: 'boolean' },
    { type: 'array', items: { type: 'string' }, minItems: 1 },
  ];
  const all = Array.from({ length: fields }, (_, index) => [`field${index}`, kinds[index % kinds.length]]);
  return { type: 'object', properties: Object.fromEntries(all) };
}

/** In the page: milliseconds from the start of the navigation until the first field has the focus and is on the screen. */
const USABLE = () =>
  new Promise((resolve) => {
    const look = () => {
      if (document.activeElement?.matches('.field .input')) requestAnimationFrame(() => resolve(performance.now()));
      else requestAnimationFrame(look);
    };
    look();
  });

/** In the page: milliseconds from a key to the drawn and laid out form, for each of some keys. */
const TYPE = async (keys) => {
  const times = [];
  const input = document.querySelector('.field .input');
  for (let key = 0; key < keys; key++) {
    const before = performance.now();
    input.value += 'x';
    input.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await Promise.resolve();
    await Promise.resolve();
    document.body.getBoundingClientRect();
    times.push(performance.now() - before);
    // Long enough for the check of the whole form, which comes when the typing pauses.
    if (key % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return times;
};

async function measure(browser, pages, fields) {
  const open = [];
  let keys = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const page = await browser.newPage();
    await page.goto(pages.url(schemaOf(fields)), { waitUntil: 'commit' });
    open.push(await page.evaluate(USABLE));
    if (round === ROUNDS) {
      await page.waitForFunction(
        (count) => document.querySelectorAll('main .field:not(.item)').length === count,
        fields,
      );
      keys = await page.evaluate(TYPE, KEYS);
    }
    await page.close();
  }
  // The first one warms the caches of the browser.
  return { open: median(open.slice(1)), key: median(keys), slowest: Math.max(...keys) };
}

export async function bench() {
  const folder = join(ROOT, 'dist/webview');
  const gzipped = async (file) => gzipSync(await readFile(join(folder, file)), { level: 9 }).length / 1_000;
  const [script = 0, style = 0, validator = 0] = await Promise.all(FILES.map(gzipped));
  const pages = await servePages();
  const browser = await launchBrowser();
  try {
    const one = await measure(browser, pages, 1);
    const many = await measure(browser, pages, 200);
    const row = (name, ours, other, goal, unit) => ({
      name,
      ours,
      other,
      ratio: ours / other,
      goal: `under ${goal} ${unit}`,
      ok: ours < goal,
    });
    return [
      // 197.6 KiB: rjsf with ajv and React, the usual way to such a form.
      row('form, script and style, gzip (KB, against rjsf with ajv)', script + style, 202.3, GOAL_KB, 'KB'),
      row(
        'its validator, loaded with the first check, gzip (KB, against ajv)',
        validator,
        44.2,
        GOAL_VALIDATOR_KB,
        'KB',
      ),
      row('page load to a usable form of 200 fields (ms, against 1 field)', many.open, one.open, GOAL_OPEN_MS, 'ms'),
      row('a key in a form of 200 fields (ms, against 1 field)', many.key, one.key, GOAL_KEY_MS, 'ms'),
      row('the slowest key in it (ms, against 1 field)', many.slowest, one.slowest, GOAL_KEY_MS * 3, 'ms'),
    ];
  } finally {
    await browser.close();
    await pages.close();
  }
}
