import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PatchbayError } from '../../../../src/base/errors';
import type { Session } from '../../../../src/core/connection/session';
import { listSkills, readSkill } from '../../../../src/core/connection/skills';
import { silentLogger } from '../../../../src/core/nodePorts';
import type { JsonObject } from '../../../../src/shared/json';

const MANIFEST = 'skill://pdf/SKILL.md';
const FORMS = 'skill://pdf/references/FORMS.md';
const FILES: Record<string, string> = {
  [MANIFEST]: '---\nname: pdf\ndescription: Fills forms — schön\n---\n\nBody.\n',
  [FORMS]: 'Fields.\n',
};

const listed = (uri: string, text = FILES[uri] ?? '') => ({
  uri,
  digest: `sha256:${createHash('sha256').update(text).digest('hex')}`,
  size: Buffer.byteLength(text),
});
const ENTRY = {
  uri: MANIFEST,
  frontmatter: { name: 'pdf', description: 'Fills forms — schön' },
  resources: [listed(MANIFEST), listed(FORMS)],
};

/** A session with a server of skills; `files` are what it serves. */
function serve(skills: readonly unknown[], files = FILES, overrides: Partial<Session> = {}) {
  const asked: string[] = [];
  const session = {
    capabilities: { resources: {}, extensions: { 'io.modelcontextprotocol/skills': {} } },
    serverInfo: { name: 'srv', version: '1' },
    async request(method: string, params: JsonObject) {
      asked.push(method === 'resources/read' ? String(params.uri) : method);
      if (method === 'skills/list') {
        const at = Number(params.cursor ?? 0);
        return { skills: skills.slice(at, at + 1), ...(at + 1 < skills.length ? { nextCursor: String(at + 1) } : {}) };
      }
      return { contents: [{ uri: params.uri, mimeType: 'text/markdown', text: files[String(params.uri)] }] };
    },
    ...overrides,
  } as unknown as Session;
  return { session, asked };
}

const list = (session: Session, log = silentLogger()) => listSkills(session, 1000, log);

describe('listSkills', () => {
  it('reads every page and no file', async () => {
    const other = { ...ENTRY, uri: 'skill://pdf2/SKILL.md', frontmatter: { name: 'pdf2', description: 'x' } };
    const { session, asked } = serve([ENTRY, { ...other, resources: [listed('skill://pdf2/SKILL.md', 'x')] }]);
    expect((await list(session)).map(({ uri }) => uri)).toEqual([MANIFEST, 'skill://pdf2/SKILL.md']);
    expect(asked).toEqual(['skills/list', 'skills/list']);
  });

  it('leaves out what is no skill, with a warning', async () => {
    const warnings: string[] = [];
    const { session } = serve([{ uri: 7 }, ENTRY]);
    const skills = await list(session, { ...silentLogger(), warn: (text) => warnings.push(text) });
    expect(skills.map(({ uri }) => uri)).toEqual([MANIFEST]);
    expect(warnings).toEqual([expect.stringMatching(/^Skill 0 is left out: /)]);
  });

  it('is empty, and asks nothing, where the server declares no skills', async () => {
    const { session, asked } = serve([ENTRY], FILES, { capabilities: { resources: {} } });
    expect(await list(session)).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('fails as the session does', async () => {
    const failure = new PatchbayError('timeout', 'Too late.', { retryable: true });
    const { session } = serve([], FILES, { request: () => Promise.reject(failure) });
    await expect(list(session)).rejects.toBe(failure);
  });
});

describe('readSkill', () => {
  it.each([
    [undefined, MANIFEST],
    ['references/FORMS.md', FORMS],
  ])('hands out %s as it was listed', async (path, uri) => {
    const { session, asked } = serve([ENTRY]);
    const [skill] = await list(session);
    const file = await readSkill(session, 1000, skill as never, path);
    expect(file).toMatchObject({ uri, text: FILES[uri], mimeType: 'text/markdown', verified: true });
    expect(Buffer.from(file.bytes).toString()).toBe(FILES[uri]);
    expect(asked).toEqual(['skills/list', uri]);
  });

  it.each<[string, string, object, string]>([
    ['other words', 'digest', { [MANIFEST]: FILES[MANIFEST]?.replace('Body', 'Evil') }, MANIFEST],
    ['more of it', 'size', { [MANIFEST]: `${FILES[MANIFEST]}More.` }, MANIFEST],
    ['another supporting file', 'digest', { ...FILES, [FORMS]: 'Felder.\n' }, FORMS],
  ])('refuses %s (%s)', async (_what, code, files, uri) => {
    const { session } = serve([ENTRY], files as typeof FILES);
    const [skill] = await list(session);
    const reading = readSkill(session, 1000, skill as never, uri);
    await expect(reading).rejects.toMatchObject({ kind: 'security', code });
  });

  it('refuses a frontmatter that is not the one that was listed', async () => {
    const { session } = serve([{ ...ENTRY, frontmatter: { name: 'pdf', description: 'Harmless' } }]);
    const [skill] = await list(session);
    await expect(readSkill(session, 1000, skill as never)).rejects.toMatchObject({ code: 'frontmatter' });
  });

  it('does not ask for a file that is not listed', async () => {
    const { session, asked } = serve([ENTRY]);
    const [skill] = await list(session);
    await expect(readSkill(session, 1000, skill as never, 'secrets.md')).rejects.toMatchObject({
      kind: 'security',
      code: 'unlisted',
    });
    expect(asked).toEqual(['skills/list']);
  });
});
