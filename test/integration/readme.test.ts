import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createHub } from '../../src/core/index';
import { packageServer } from '../support/servers';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

it('the example of the library in the README runs as it stands', async () => {
  const [, example = ''] = /```js\n(import \{ createHub \} [\s\S]*?)```/.exec(readme) ?? [];
  const [first = '', ...rest] = example.trim().split('\n');
  expect(first).toBe("import { createHub } from './dist/core.cjs';");
  const server = `{ command: process.execPath, args: ['${packageServer('everything')}', 'stdio'] }`;
  const body = rest.join('\n').replace(/\{ command: 'npx'.*\}/, server);
  expect(body).toContain('process.execPath');
  const run = new Function('createHub', `return (async () => { ${body}\nreturn content; })()`);
  expect(JSON.stringify(await run(createHub))).toContain('hi');
});
