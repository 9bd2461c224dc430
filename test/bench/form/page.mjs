/** The built form under its own page and Content-Security-Policy, with a host that answers at once. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { ROOT } from '../../../scripts/lib/root.mjs';

export const FILES = ['toolForm.js', 'toolForm.css', 'validator.js'];

/** Posts `init` for the schema as soon as the form is ready. Stands in the page, as the editor's own script does. */
const hostScript = (inputSchema) => `
  const tool = { name: 'tool', annotations: {}, sensitive: false, inputSchema: ${JSON.stringify(inputSchema)} };
  const init = { type: 'init', server: { id: 's', name: 'Server' }, toolName: 'tool', runs: [], running: [], tool,
    state: { kind: 'connected', label: 'ready' } };
  window.acquireVsCodeApi = () => ({
    postMessage: ({ type }) => { if (type === 'ready') window.postMessage(init, '*'); },
    getState: () => undefined,
    setState: () => {},
  });
`;

/** What the browser alone takes: the same page, whose script only shows one text field. */
const FLOOR_SCRIPT = `
  document.getElementById('app').innerHTML = '<div class="field"><textarea class="input" rows="1"></textarea></div>';
  document.querySelector('.input').focus();
`;

/** `url(schema)` is an address that shows the form for it, `floor` one with a text field, `blank` one with nothing. */
export async function servePages() {
  const pageHtml = await builtPageHtml();
  const texts = new Map([['/floor.js', FLOOR_SCRIPT]]);
  for (const file of FILES) texts.set(`/${file}`, await readFile(join(ROOT, 'dist/webview', file)));
  const schemas = [];
  const server = createServer((request, response) => {
    const { pathname, origin } = new URL(request.url ?? '/', `http://127.0.0.1:${server.address().port}`);
    const [, kind, index] = pathname.split('/');
    if (kind === 'blank') {
      response.setHeader('content-type', 'text/html; charset=utf-8').end('<!DOCTYPE html><title>Blank</title>');
    } else if (kind === 'form' || kind === 'floor') {
      const page = pageHtml({
        cspSource: origin,
        scriptUri: kind === 'form' ? '/toolForm.js' : '/floor.js',
        styleUri: '/toolForm.css',
        workerUri: '/validator.js',
        nonce: 'bench',
        title: 'Tool',
      });
      const host = `<head><script nonce="bench">${hostScript(schemas[Number(index)] ?? true)}</script>`;
      response.setHeader('content-type', 'text/html; charset=utf-8').end(page.replace('<head>', host));
    } else if (texts.has(pathname)) {
      const type = pathname.endsWith('.css') ? 'text/css' : 'text/javascript';
      response.setHeader('content-type', `${type}; charset=utf-8`).end(texts.get(pathname));
    } else response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    url: (schema) => `${origin}/form/${schemas.push(schema) - 1}`,
    floor: `${origin}/floor`,
    blank: `${origin}/blank`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function builtPageHtml() {
  const folder = await mkdtemp(join(ROOT, 'node_modules/.patchbay-bench-'));
  try {
    const outfile = join(folder, 'html.cjs');
    await esbuild.build({
      entryPoints: [join(ROOT, 'src/vscode/panels/html.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'error',
    });
    return createRequire(import.meta.url)(outfile).pageHtml;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
