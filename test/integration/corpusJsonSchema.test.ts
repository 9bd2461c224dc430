import { join } from 'node:path';
import { remotes as metaSchemas } from 'json-schema-library/remotes';
import { describe, expect, it } from 'vitest';
import { type CheckOptions, compileValidator } from '../../src/forms/index';
import { corpusPath, jsonFiles, readJson, report } from '../support/corpus';

/** The official JSON Schema Test Suite, required tests: what the validator says about every value in it. */
interface Group {
  readonly description: string;
  readonly schema: boolean | Readonly<Record<string, unknown>>;
  readonly tests: readonly { readonly description: string; readonly data: unknown; readonly valid: boolean }[];
}

interface Draft {
  readonly folder: string;
  readonly dialect: string;
  /** Folders of documents that the suite wants to be known, below `http://localhost:1234/`. */
  readonly remotes: (name: string) => boolean;
}

const DRAFTS: readonly Draft[] = [
  {
    folder: 'draft2020-12',
    dialect: 'https://json-schema.org/draft/2020-12/schema',
    remotes: (name) => name.startsWith('draft2020-12/'),
  },
  {
    folder: 'draft7',
    dialect: 'http://json-schema.org/draft-07/schema#',
    remotes: (name) => (!name.startsWith('draft') && !name.startsWith('v1/') ? true : name.startsWith('draft7/')),
  },
];

/** Why the form says otherwise than the suite, where it says so on purpose. */
const ON_PURPOSE: readonly (readonly [reason: string, is: (miss: Miss) => boolean])[] = [
  [
    'format is checked, which 2020-12 leaves open',
    ({ file, keyword }) => file === 'format.json' && keyword === 'format',
  ],
  ['documents elsewhere are never fetched', ({ keyword }) => keyword === '$ref' || keyword === '$schema'],
  ['vocabularies of a document elsewhere', ({ file }) => file === 'vocabulary.json'],
];

interface Miss {
  readonly file: string;
  readonly name: string;
  readonly keyword: string | undefined;
}

const suite = corpusPath('json-schema-test-suite');

if (suite === undefined) {
  it('is left out', () =>
    report('JSON Schema Test Suite: left out, ../shared/corpus/json-schema-test-suite is not there.'));
} else {
  describe.each(DRAFTS)('JSON Schema Test Suite, $folder', (draft) => {
    it('agrees with every verdict, given the documents that the suite refers to', () => {
      const { total, misses } = run(suite, draft, {
        documents: documentsOf(suite, draft),
        // Draft-07 has no test that says otherwise; 2020-12 asks for annotation only.
        assertFormats: draft.folder === 'draft7',
      });
      report(`JSON Schema Test Suite, ${draft.folder}: ${total - misses.length} of ${total}`);
      for (const miss of misses) report(`  missed: ${miss.name}`);
      expect(total).toBeGreaterThan(900);
      expect(misses.length / total).toBeLessThan(0.01);
    }, 120_000);

    it('differs as the form uses it only where that is meant', () => {
      const { total, misses } = run(suite, draft, {});
      report(`JSON Schema Test Suite, ${draft.folder}, as in the form: ${total - misses.length} of ${total}`);
      const left = new Set(misses);
      for (const [reason, is] of ON_PURPOSE) {
        const found = [...left].filter(is);
        for (const miss of found) left.delete(miss);
        if (found.length > 0) report(`  ${found.length}, because ${reason}`);
        for (const miss of found) report(`    ${miss.name}`);
      }
      for (const miss of left) report(`  missed: ${miss.name}`);
      expect(left.size / total).toBeLessThan(0.01);
    }, 120_000);
  });
}

function run(root: string, draft: Draft, options: CheckOptions): { total: number; misses: Miss[] } {
  const misses: Miss[] = [];
  let total = 0;
  for (const { name: file, path } of jsonFiles(join(root, 'tests', draft.folder))) {
    if (file.startsWith('optional/')) continue;
    for (const group of readJson(path) as Group[]) {
      const { schema } = group;
      const check = compileValidator(
        typeof schema === 'boolean' ? schema : { $schema: draft.dialect, ...schema },
        options,
      );
      for (const test of group.tests) {
        total++;
        const { valid, errors } = check(test.data);
        const name = `${file}: ${group.description}: ${test.description}`;
        if (valid !== test.valid) misses.push({ file, name, keyword: errors[0]?.keyword });
      }
    }
  }
  return { total, misses };
}

function documentsOf(root: string, draft: Draft): Record<string, unknown> {
  const files = jsonFiles(join(root, 'remotes')).filter(({ name }) => draft.remotes(name));
  const documents = files.map(({ name, path }) => [`http://localhost:1234/${name}`, readJson(path)] as const);
  const known = metaSchemas.map((schema) => [String(schema.$id).replace(/#$/, ''), schema] as const);
  return Object.fromEntries([...documents, ...known]);
}
