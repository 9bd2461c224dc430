import { describe, expect, it } from 'vitest';
import { readElicitation } from '../../../../src/core/connection/elicitation';
import type { ElicitRequest } from '../../../../src/core/ports';
import { entryProblem, parseEntry, sampleDetail, visitDetail } from '../../../../src/vscode/dialogs/requestText';

const t = (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, index) => String(args[index]));

describe('the question whether to open an address', () => {
  const detail = (url: string) =>
    visitDetail(readElicitation({ mode: 'url', message: 'Sign in', url }, 's') as ElicitRequest & { mode: 'url' }, t);

  it('shows the address in full and its host apart', () => {
    const url = `https://example.com:8443/${'x'.repeat(3000)}`;
    expect(detail(url)).toContain(url);
    expect(detail(url)).toContain('Host: example.com:8443');
    expect(detail(url)).not.toContain('look like');
  });

  it('warns of letters that may look like others', () => {
    expect(detail('https://аpple.com/')).toContain('may look like other letters');
    expect(detail('https://аpple.com/')).toContain('https://xn--pple-43d.com/');
  });
});

describe('what a model would be given', () => {
  it('is shown with its roles, cut, without hidden characters', () => {
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
    expect(shown).toMatch(/^system: Be brief\.\n\nuser: \[image\]\nHi\\u\{202e\}x+…\n\nAt most 50 tokens\.$/);
    expect(shown.length).toBeLessThan(3100);
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
