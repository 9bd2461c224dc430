import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { pageHtml } from '../../../src/vscode/panels/html';
import { THEMES, type ThemeName, themeCss } from './themes';

const root = join(import.meta.dirname, '../../..');

/** Stands in for the editor: keeps what the webview posts, and its state for the next load. */
const FAKE_API = `
  window.posted = [];
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => window.posted.push(JSON.parse(JSON.stringify(message))),
    getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
    setState: (state) => sessionStorage.setItem('state', JSON.stringify(state)),
  });
`;

export interface PanelServer {
  url(theme: ThemeName): string;
  close(): Promise<void>;
}

/** Builds the webview as it ships and serves it under the panel's own page and Content-Security-Policy. */
export async function startPanelServer(): Promise<PanelServer> {
  const outputs = await build({
    absWorkingDir: root,
    entryPoints: {
      toolForm: 'src/webview/toolForm/main.tsx',
      validator: 'src/webview/validator.ts',
      toolFormStyle: 'src/webview/toolForm/toolForm.css',
    },
    outdir: 'out',
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
  });
  const files = new Map(outputs.outputFiles.map(({ path, text }) => [path.replace(/^.*[\\/]out[\\/]/, '/'), text]));
  files.set('/fakeApi.js', FAKE_API);
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const name = url.searchParams.get('theme') ?? 'dark';
    if (url.pathname === '/') {
      const page = pageHtml({
        cspSource: origin,
        scriptUri: '/toolForm.js',
        styleUri: '/toolFormStyle.css',
        workerUri: '/validator.js',
        nonce: 'fixed-for-the-test',
        title: 'Tool',
      });
      const extra = `<link rel="stylesheet" href="/theme.css?theme=${name}"><script nonce="fixed-for-the-test" src="/fakeApi.js"></script></head>`;
      response.setHeader('content-type', 'text/html; charset=utf-8').end(page.replace('</head>', extra));
    } else if (url.pathname === '/theme.css' && name in THEMES) {
      response.setHeader('content-type', 'text/css').end(themeCss(name as ThemeName));
    } else if (files.has(url.pathname)) {
      const type = url.pathname.endsWith('.css') ? 'text/css' : 'text/javascript';
      response.setHeader('content-type', `${type}; charset=utf-8`).end(files.get(url.pathname));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (theme) => `http://127.0.0.1:${port}/?theme=${theme}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
