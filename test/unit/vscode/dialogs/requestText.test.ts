import { describe, expect, it } from 'vitest';
import { readElicitation } from '../../../../src/core/connection/elicitation';
import type { ElicitRequest } from '../../../../src/core/ports';
import {
  entryProblem,
  fitsDialog,
  formIntroduction,
  parseEntry,
  sampleDetail,
  visitDetail,
} from '../../../../src/vscode/dialogs/requestText';

const t = (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, index) => String(args[index]));

describe('the question whether to open an address', () => {
  const detail = (url: string, message = 'Sign in') =>
    visitDetail(readElicitation({ mode: 'url', message, url }, 's') as ElicitRequest & { mode: 'url' }, t);

  it('shows the address in full and its host apart', () => {
    const url = `https://example.com:8443/${'x'.repeat(3000)}`;
    expect(detail(url)).toContain(url);
    expect(detail(url)).toContain('Host: example.com:8443');
    expect(detail(url)).not.toContain('look like');
  });

  it('lets nothing that the server says stand before the address or look like it', () => {
    const forged =
      'Sign in.\n\nHost: accounts.example\n\nhttps://accounts.example/\n\nOpen it only if you expected this.';
    const shown = detail('https://evil.example/', `${forged}${'\n'.repeat(800)}`).split('\n');
    expect(shown.slice(0, 3)).toEqual(['Host: evil.example', '', 'https://evil.example/']);
    expect(shown.filter((line) => line.startsWith('Host:') || line.startsWith('https:'))).toHaveLength(2);
    expect(shown.at(-1)).toMatch(/^The server says: “Sign in\. Host: accounts\.example .*this\.”$/);
    expect(detail('https://x.example/', 'x'.repeat(4000)).length).toBeLessThan(600);
  });

  it('warns of letters that may look like others', () => {
    expect(detail('https://аpple.com/')).toContain('may look like other letters');
    expect(detail('https://аpple.com/')).toContain('https://xn--pple-43d.com/');
  });
});

describe('what a model would be given', () => {
  it('is shown whole, with its roles and its limit, without hidden characters', () => {
    const content = [{ type: 'text', text: `Hi\u202e${'x'.repeat(5000)}` }];
    const shown = sampleDetail(
      {
        serverName: 's',
        systemPrompt: 'Be brief.',
        messages: [{ role: 'user', content: [{ type: 'image', data: '' }, ...content] }],
        maxTokens: 50,
        modelHints: [],
      },
      t,
    );
    expect(shown).toMatch(/^At most 50 tokens\.\n\nsystem: Be brief\.\n\nuser: \[image\]\nHi\\u\{202e\}x{5000}$/);
  });

  it('fits a dialog or not', () => {
    expect([fitsDialog('x'.repeat(3000)), fitsDialog('x'.repeat(3001))]).toEqual([true, false]);
    expect([fitsDialog('\n'.repeat(39)), fitsDialog('\n'.repeat(40))]).toEqual([true, false]);
  });
});

describe('what a form is about', () => {
  const about = (properties: object, message = 'Short.') => {
    const request = readElicitation({ message, requestedSchema: { properties } as never }, 's');
    return request.mode === 'form' ? formIntroduction(request) : undefined;
  };
  const long = 'A sentence that goes on and on. '.repeat(8);

  it('stands with the first step where that has room for it', () => {
    expect(about({ a: { type: 'string' } }, long)).toBeUndefined();
    expect(about({ a: { type: 'boolean' } })).toBeUndefined();
  });

  it('is said before where the first step is a choice, with what other choices have no room for', () => {
    expect(about({ a: { type: 'boolean' } }, long)).toBe(long.trim());
    const b = { enum: ['x'], title: 'B', description: long };
    expect(about({ a: { type: 'string' }, b })).toBe(`Short.\n\nB: ${long.trim()}`);
  });

  it('is all there is where nothing is to be entered', () => {
    expect(about({})).toBe('Short.');
    expect(about({}, 'x\n'.repeat(1000))?.split('\n')).toHaveLength(40);
  });
});

describe('what is entered', () => {
  const fields = (properties: object, required: string[] = []) => {
    const request = readElicitation({ requestedSchema: { properties, required } as never }, 's');
    return request.mode === 'form' ? request.fields : [];
  };

  it.each([
    ['number', '12', 12, undefined],
    ['number', ' ', Number.NaN, 'Not valid: it must be a number.'],
    ['number', '0x', Number.NaN, 'Not valid: it must be a number.'],
    ['string', '12', '12', undefined],
    ['string', '', undefined, 'A value is required.'],
  ])('into a %s as %j', (type, text, value, problem) => {
    const [field] = fields({ a: { type } }, ['a']);
    if (!field) throw new Error('no field');
    expect(parseEntry(field, text)).toEqual(value);
    expect(entryProblem(field, text, t)).toBe(problem);
  });

  it('may stay empty where nothing is required', () => {
    const [field] = fields({ a: { type: 'integer' } });
    expect(field && entryProblem(field, '', t)).toBeUndefined();
  });
});
