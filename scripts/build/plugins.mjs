import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';

/**
 * Makes modules that are bundles of their own external, so that their code is loaded once and on first use.
 * With `lazyBy: 'dynamic'` a static import of such a module is an error that names the importing file.
 */
export function lazyBundles(root, bundle) {
  const files = new Map((bundle.lazy ?? []).map(({ module, file }) => [withoutExtension(resolve(root, module)), file]));
  return {
    name: 'lazy-bundles',
    setup(build) {
      build.onResolve({ filter: /^\.{1,2}\// }, (args) => {
        if (args.kind === 'entry-point') return undefined;
        const target = withoutExtension(resolve(dirname(args.importer), args.path));
        const file = files.get(target) ?? files.get(`${target}/index`);
        if (file === undefined) return undefined;
        if (bundle.lazyBy === 'dynamic' && args.kind !== 'dynamic-import') {
          const importer = relative(root, args.importer);
          return { errors: [{ text: `${importer} imports ${args.path} statically: use import() or import type.` }] };
        }
        return { path: file, external: true };
      });
    },
  };
}

/** The SDK picks its JSON Schema validator in `_shims`; the Node one compiles code (ajv), this one interprets. */
export function sdkShims(root) {
  return {
    name: 'sdk-shims',
    setup(build) {
      build.onResolve({ filter: /^@modelcontextprotocol\/(client|server)\/_shims$/ }, ({ path, importer }) =>
        importer === '' ? undefined : { path, namespace: 'sdk-shims' },
      );
      build.onLoad({ filter: /.*/, namespace: 'sdk-shims' }, async ({ path }) => {
        const sdk = path.slice(0, -'/_shims'.length);
        const contents = [
          `export { CfWorkerJsonSchemaValidator as DefaultJsonSchemaValidator } from '${sdk}/validators/cf-worker';`,
          // A TypeError from fetch in Node is a network error, never a CORS one.
          'export const CORS_IS_POSSIBLE = false;',
          ...(sdk.endsWith('server') ? ["export { default as process } from 'node:process';"] : []),
        ].join('\n');
        return { contents, loader: 'js', resolveDir: root };
      });
    },
  };
}

/** Messages of zod in one language: `import { z }` would bring all fifty. */
export const zodEnglishOnly = {
  name: 'zod-english-only',
  setup(build) {
    build.onLoad({ filter: /[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
    }));
  },
};

/**
 * The API object as it is: for `import *` esbuild would copy its several hundred properties once for every file that
 * imports it, all of that while the editor starts.
 */
export const plainVscodeImport = {
  name: 'plain-vscode-import',
  setup(build) {
    build.onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replace(/^import \* as (\w+) from 'vscode';/m, "import $1 = require('vscode');");
      return { contents, loader: 'ts' };
    });
  },
};

function withoutExtension(path) {
  return path.replace(/\.[cm]?[jt]sx?$/, '');
}
