/**
 * Every file of dist/ and what it is made of. Bundles under `node` run in the extension host or under plain Node 20;
 * those under `browser` run in a webview.
 */

/** A bundle that another bundle loads on first use, by the module that stands for it in the source. */
export const CORE = { module: 'src/core/index.ts', file: './core.cjs' };
export const DIALOGS = { module: 'src/vscode/dialogs/index.ts', file: './dialogs.cjs' };
export const FORMS = { module: 'src/forms/node.ts', file: './forms.cjs' };
export const PANELS = { module: 'src/vscode/panels/index.ts', file: './panels.cjs' };
export const REPORTS = { module: 'src/vscode/reports/index.ts', file: './reports.cjs' };

/**
 * @typedef {object} Bundle
 * @property {string} name File below dist/.
 * @property {string} entry Source file.
 * @property {'node' | 'browser'} platform
 * @property {string[]} [external] Packages left to the host.
 * @property {{ module: string, file: string }[]} [lazy] Modules that are other bundles: never copied into this one.
 * @property {'dynamic' | 'any'} [lazyBy] Which imports of a lazy module are allowed: only `import()`, or static ones too.
 * @property {string[]} [refuse] Source folders and packages that must not be in the bundle.
 * @property {string} [banner]
 * @property {number} [goalKb] Size goal in KB (1000 bytes), as written to disk.
 */

/** @type {Bundle[]} */
export const BUNDLES = [
  {
    name: 'extension.cjs',
    entry: 'src/extension.ts',
    platform: 'node',
    external: ['vscode'],
    lazy: [CORE, DIALOGS, FORMS, PANELS, REPORTS],
    lazyBy: 'dynamic',
    refuse: [
      'src/core/',
      'src/vscode/dialogs/',
      'src/vscode/panels/',
      'src/vscode/reports/',
      'json-schema-library',
      'zod',
      '@modelcontextprotocol/',
    ],
    goalKb: 100,
  },
  { name: 'core.cjs', entry: CORE.module, platform: 'node' },
  {
    name: 'dialogs.cjs',
    entry: DIALOGS.module,
    platform: 'node',
    external: ['vscode'],
    refuse: ['src/core/', '@modelcontextprotocol/'],
  },
  {
    name: 'panels.cjs',
    entry: PANELS.module,
    platform: 'node',
    external: ['vscode'],
    lazy: [CORE],
    lazyBy: 'dynamic',
    refuse: ['src/core/', '@modelcontextprotocol/'],
  },
  { name: 'reports.cjs', entry: REPORTS.module, platform: 'node', refuse: ['src/core/', '@modelcontextprotocol/'] },
  {
    name: 'cli.cjs',
    entry: 'src/cli/bin.ts',
    platform: 'node',
    lazy: [CORE, FORMS],
    lazyBy: 'any',
    refuse: ['src/core/', '@modelcontextprotocol/'],
    banner: '#!/usr/bin/env node',
  },
  { name: 'forms.cjs', entry: FORMS.module, platform: 'node', refuse: ['src/core/', 'src/vscode/'] },
  {
    name: 'webview/toolForm.js',
    entry: 'src/webview/toolForm/main.tsx',
    platform: 'browser',
    refuse: ['src/core/', 'src/vscode/', 'zod'],
  },
  { name: 'webview/toolForm.css', entry: 'src/webview/toolForm/toolForm.css', platform: 'browser' },
  {
    name: 'webview/validator.js',
    entry: 'src/webview/validator.ts',
    platform: 'browser',
    refuse: ['src/core/', 'src/vscode/', 'zod'],
  },
];

/** JSON schemas for the editor, each written from a zod schema by running `write` of its module. */
export const SCHEMAS = [
  { name: 'config.schema.json', entry: 'src/core/config/jsonSchema.ts', write: 'configJsonSchema' },
  { name: 'calls.schema.json', entry: 'src/core/config/savedCallsSchema.ts', write: 'savedCallsJsonSchema' },
];

/** Packages that must not be in any bundle: undici breaks the host's own fetch, ajv compiles code with `new Function`. */
export const NEVER_BUNDLED = ['undici', 'ajv', 'ajv-formats'];
