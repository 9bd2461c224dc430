/** Size of the built form, time until it can be used, and time for a key in it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { ROOT } from '../../scripts/lib/root.mjs';
import { checkPauses, typeKeys, watchOpening } from './form/inPage.mjs';
import { FILES, servePages } from './form/page.mjs';

const ROUNDS = 9;
const KEYS = 40;
const PAUSES = 8;
const GOAL_KB = 70;
const GOAL_VALIDATOR_KB = 40;
const GOAL_OPEN_MS = 150;
const GOAL_KEY_MS = 16;
const GOAL_CHECK_MS = 50;

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

/** Opens the page where the browser and its process are warm already. */
async function open(browser, pages, url) {
  const page = await browser.newPage();
  await page.addInitScript(watchOpening);
  await page.goto(pages.blank);
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForFunction(() => globalThis.opening !== undefined);
  return { page, opening: await page.evaluate(() => globalThis.opening) };
}

/** Times until the first field is seen with the focus in it, by turns, because the machine is not always the same. */
async function measureOpening(browser, pages, urls) {
  const rounds = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const times = [];
    for (const url of urls) {
      const { page, opening } = await open(browser, pages, url);
      times.push(opening.seen);
      await page.close();
    }
    rounds.push(times);
  }
  // The first one warms the caches of the browser.
  return urls.map((_, side) => rounds.slice(1).map((times) => times[side]));
}

async function measureKeys(browser, pages, url, fields) {
  const { page } = await open(browser, pages, url);
  await page.waitForFunction((count) => document.querySelectorAll('main .field:not(.item)').length === count, fields);
  const keys = await page.evaluate(typeKeys, KEYS);
  const pauses = await page.evaluate(checkPauses, PAUSES);
  await page.close();
  return { key: median(keys), slowest: Math.max(...keys), check: median(pauses) };
}

export async function bench() {
  const folder = join(ROOT, 'dist/webview');
  const gzipped = async (file) => gzipSync(await readFile(join(folder, file)), { level: 9 }).length / 1_000;
  const [script = 0, style = 0, validator = 0] = await Promise.all(FILES.map(gzipped));
  const pages = await servePages();
  const browser = await launchBrowser();
  try {
    const one = pages.url(schemaOf(2));
    const many = pages.url(schemaOf(200));
    const [floorOpen, oneOpen, manyOpen] = await measureOpening(browser, pages, [pages.floor, one, many]);
    const oneKeys = await measureKeys(browser, pages, one, 2);
    const manyKeys = await measureKeys(browser, pages, many, 200);
    const row = (name, ours, other, goal, unit, ratio = ours / other) => ({
      name,
      ours,
      other,
      ratio,
      goal: `under ${goal} ${unit}`,
      ok: ours < goal,
    });
    const openRow = (name, ours) => {
      const ratio = median(ours.map((time, round) => time / floorOpen[round]));
      return row(name, median(ours), median(floorOpen), GOAL_OPEN_MS, 'ms', ratio);
    };
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
      openRow('page load to a usable form of 2 fields (ms, against a page with one text field)', oneOpen),
      openRow('page load to a usable form of 200 fields (ms, against a page with one text field)', manyOpen),
      row('a key in a form of 200 fields (ms, against 2 fields)', manyKeys.key, oneKeys.key, GOAL_KEY_MS, 'ms'),
      row('the slowest key in it (ms, against 2 fields)', manyKeys.slowest, oneKeys.slowest, GOAL_KEY_MS * 3, 'ms'),
      row(
        'the check after a key: longest task (ms, against 2 fields)',
        manyKeys.check,
        oneKeys.check,
        GOAL_CHECK_MS,
        'ms',
      ),
    ];
  } finally {
    await browser.close();
    await pages.close();
  }
}
