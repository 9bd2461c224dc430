import { describe, expect, it } from 'vitest';
import { sentHeaders } from '../../../../src/core/config/sentHeaders';
import { define } from './support/definitions';

function namesOf(entry: Record<string, unknown>): readonly string[] {
  const { entry: read } = define(entry as never);
  if (read === undefined) throw new Error('The entry cannot be used.');
  return sentHeaders(read);
}

describe('names of the headers that an entry sends', () => {
  it.each([
    [{ url: 'https://x/', headers: { 'X-Team': 'a' } }, ['X-Team']],
    [{ url: 'https://x/', auth: { type: 'bearer', token: '${secret:x}' } }, ['Authorization']],
    [{ url: 'https://x/', auth: { type: 'apiKey', key: '${secret:x}' }, headers: { A: 'b' } }, ['A', 'X-API-Key']],
    [{ url: 'https://x/' }, []],
    [{ command: 'x' }, []],
  ])('of %j', (entry, names) => {
    expect(namesOf(entry)).toEqual(names);
  });
});
