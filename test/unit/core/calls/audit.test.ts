import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type AuditedCall, auditLine, hashArguments } from '../../../../src/core/calls/audit';
import { writeCanonicalJson } from '../../../../src/core/calls/canonicalJson';
import { Redactor } from '../../../../src/core/traffic/redactor';
import { fc } from '../../../support/fastCheck';

const call = (parts: Partial<AuditedCall> = {}): AuditedCall => ({
  at: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  server: 's',
  tool: 't',
  arguments: { b: 1, a: 2 },
  outcome: 'ok',
  durationMs: 12.34567,
  ...parts,
});

function canonical(value: unknown): string | undefined {
  let text = '';
  return writeCanonicalJson(value, (part) => {
    text += part;
  })
    ? text
    : undefined;
}

/** The same value with the members of each object the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.create(null);
  for (const [name, member] of Object.entries(value).reverse()) copy[name] = turned(member);
  return copy;
}

describe('auditLine', () => {
  it('is one line of JSON with a fingerprint of the arguments', () => {
    const line = auditLine(call({ group: 'g' }), { kind: 'hash' });
    expect(JSON.parse(line)).toEqual({
      time: '2026-01-02T03:04:05.006Z',
      server: 's',
      tool: 't',
      argumentsSha256: createHash('sha256').update('{"a":2,"b":1}').digest('hex'),
      outcome: 'ok',
      durationMs: 12.346,
      group: 'g',
      member: 's',
    });
    expect(line).not.toContain('\n');
  });

  it('tells what the arguments were without secrets where it may, in bounded size', () => {
    const redactor = new Redactor();
    redactor.add(['s3cret-value']);
    const args = { password: 'hunter22', text: 'a s3cret-value b', long: 'x'.repeat(1_000_000) };
    const line = auditLine(call({ arguments: args, tool: 'n'.repeat(5000) }), { kind: 'redacted', redactor });
    expect(JSON.parse(line).arguments).toMatchObject({ password: '••••', text: 'a •••• b' });
    expect(line.length).toBeLessThan(20_000);
    expect(args.password).toBe('hunter22');
  });

  it('is a line for whatever is given as arguments', () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    for (const args of [undefined, null, 'x', Number.NaN, 5n, loop, () => 1]) {
      for (const how of [{ kind: 'hash' }, { kind: 'redacted', redactor: new Redactor() }] as const) {
        expect(() => JSON.parse(auditLine(call({ arguments: args }), how))).not.toThrow();
      }
    }
    expect(hashArguments(loop)).toBeNull();
  });
});

describe('canonical JSON', () => {
  it('is JSON of the same value, whatever the order of members', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonical(value) ?? '';
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonical(turned(value))).toBe(text);
        expect(hashArguments(turned(value))).toBe(createHash('sha256').update(text).digest('hex'));
      }),
    );
  });

  it('differs for different values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const same = JSON.stringify(turned(turned(a))) === JSON.stringify(turned(turned(b)));
        if (canonical(a) === canonical(b))
          expect(JSON.parse(canonical(a) ?? '')).toEqual(JSON.parse(canonical(b) ?? ''));
        else expect(same).toBe(false);
      }),
    );
  });

  it('takes long and wide arguments', () => {
    const args = { list: Array.from({ length: 50_000 }, (_, index) => ({ index, text: 'é'.repeat(10) })) };
    const text = canonical(args) ?? '';
    expect(hashArguments(args)).toBe(createHash('sha256').update(text).digest('hex'));
    expect(canonical({ a: undefined, b: [undefined] })).toBe('{"b":[null]}');
  });
});
