import { NEVER_BUNDLED } from './bundles.mjs';

/** Packages and source folders in a bundle that must not be there, with the file that pulled each in. */
export function findRefused(metafile, bundle) {
  const found = [];
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      if (bytesInOutput === 0) continue;
      const rule = refusedBy(input, bundle);
      if (rule !== undefined) found.push({ bundle: bundle.name, input, rule, importer: importerOf(metafile, input) });
    }
  }
  return found;
}

function refusedBy(input, bundle) {
  const packageName = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1];
  if (packageName !== undefined && NEVER_BUNDLED.includes(packageName)) return packageName;
  // The SDK ships ajv inside a file of its own.
  if (/\/ajvProvider-/.test(input)) return 'ajv';
  return (bundle.refuse ?? []).find((rule) =>
    packageName === undefined ? rule.startsWith('src/') && input.startsWith(rule) : matchesPackage(packageName, rule),
  );
}

function matchesPackage(packageName, rule) {
  return rule.endsWith('/') ? packageName.startsWith(rule) : packageName === rule;
}

function importerOf(metafile, input) {
  const entry = Object.entries(metafile.inputs).find(([, value]) => value.imports.some((i) => i.path === input));
  return entry?.[0] ?? 'the entry';
}

/** Rows of name, size and goal as aligned text. Sizes in KB of 1000 bytes. */
export function sizeTable(rows) {
  const cells = rows.map(({ name, bytes, goalKb }) => [
    name,
    `${(bytes / 1000).toFixed(1)} KB`,
    goalKb === undefined ? '' : `goal ${goalKb} KB: ${bytes <= goalKb * 1000 ? 'met' : 'MISSED'}`,
  ]);
  const width = (column) => Math.max(...cells.map((row) => row[column].length));
  const [name, size] = [width(0), width(1)];
  return cells.map((row) => `  ${row[0].padEnd(name)}  ${row[1].padStart(size)}  ${row[2]}`.trimEnd()).join('\n');
}
