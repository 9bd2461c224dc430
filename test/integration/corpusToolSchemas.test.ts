import { expect, it } from 'vitest';
import { compileValidator, createForm, type FieldNode, type Form, type Validation } from '../../src/forms/index';
import { joinPointer } from '../../src/forms/pointer';
import type { JsonValue } from '../../src/shared/json';
import { corpusPath, readJson, report } from '../support/corpus';
import { type Fullness, ValueGenerator } from '../support/generateValue';

interface Tool {
  readonly server: string;
  readonly tool: string;
  readonly inputSchema: unknown;
}

const FULLNESSES: readonly Fullness[] = ['least', 'all', 'some', 'some', 'some'];
const ATTEMPTS = 40;
const LEFT_OUT = 'a property left out';

const path = corpusPath('tool-schemas.json');
const tools = path === undefined ? [] : (readJson(path) as Tool[]);
const name = ({ server, tool }: Tool) => `${server} ${tool}`;

if (path === undefined) {
  it('is left out', () =>
    report('Schemas of real servers: left out, ../shared/corpus/tool-schemas.json is not there.'));
} else {
  it('draws each schema of real servers, with a JSON box or a choice of type only where it allows anything', () => {
    const anything: string[] = [];
    const boxes: string[] = [];
    let fields = 0;
    for (const tool of tools) {
      const form = createForm(tool.inputSchema);
      walk(form, form.root, 0, (field) => {
        fields++;
        const place = `${name(tool)} ${field.pointer || '(arguments)'}`;
        if (field.kind === 'json') boxes.push(`${place}: ${field.reason}`);
        else if (field.isAny) anything.push(place);
      });
    }
    report(`Schemas of real servers: ${tools.length}, with ${fields} fields; ${boxes.length} are a JSON box`);
    for (const box of boxes) report(`  JSON box: ${box}`);
    report(`  ${anything.length} fields let the person choose the type, because the schema allows anything:`);
    for (const place of anything) report(`    ${place}`);
    expect(tools.length).toBeGreaterThan(300);
    expect(boxes).toEqual([]);
  });

  it('takes valid values over and gives them back equal, in fields', () => {
    let values = 0;
    const lost: string[] = [];
    for (const [tool, value] of validValues()) {
      values++;
      const form = createForm(tool.inputSchema, value);
      expect(form.value(), name(tool)).toEqual(value);
      expect(form.errors(), `${name(tool)} ${JSON.stringify(value)}`).toEqual([]);
      walkPresent(form.root, (field) => {
        if (field.kind === 'json') lost.push(`${name(tool)} ${field.pointer}: ${field.reason}`);
      });
    }
    report(`Schemas of real servers: ${values} valid values loaded and came out equal`);
    expect(lost).toEqual([]);
    expect(new Set([...validValues()].map(([tool]) => name(tool))).size).toBe(tools.length);
  }, 60_000);

  it('marks an invalid value at its field, before the validator and by it', () => {
    const counts = { mutations: 0, form: 0, validator: 0 };
    const elsewhere: string[] = [];
    const others: string[] = [];
    for (const [tool, value] of validValues()) {
      const check = compileValidator(tool.inputSchema);
      for (const { mutated, pointer, what } of mutations(tool, value)) {
        const verdict = check(mutated);
        if (verdict.valid) continue;
        counts.mutations++;
        const form = createForm(tool.inputSchema, mutated);
        expect(form.value(), name(tool)).toEqual(mutated);
        const at = form.errors().map((error) => error.pointer);
        if (at.includes(pointer)) counts.form++;
        if (isMarked(verdict, pointer)) counts.validator++;
        if (!at.includes(pointer) && !isMarked(verdict, pointer)) {
          const line = `${name(tool)}: ${what} at ${pointer}, marked ${at.join(' ')} and ${verdict.errors[0]?.pointer}`;
          // Without it another variant or branch of a condition holds, in which a neighbour is missing.
          const isNeighbour = verdict.errors.every(
            (error) => error.keyword === 'required' && parentOf(error.pointer) === parentOf(pointer),
          );
          (what === LEFT_OUT && isNeighbour ? others : elsewhere).push(line);
        }
      }
    }
    report(
      `Schemas of real servers: ${counts.mutations} invalid values; the form marks ${counts.form} at the field itself, the validator ${counts.validator}`,
    );
    for (const line of others) report(`  marked at a neighbour that is required instead: ${line}`);
    for (const line of elsewhere) report(`  marked elsewhere: ${line}`);
    expect(counts.mutations).toBeGreaterThan(2_000);
    expect(elsewhere).toEqual([]);
  }, 120_000);
}

function isMarked({ errors }: Validation, pointer: string): boolean {
  return errors.some((error) => error.pointer === pointer);
}

function parentOf(pointer: string): string {
  return pointer.slice(0, pointer.lastIndexOf('/'));
}

/** Opens every part of the form and follows every choice. */
function walk(form: Form, field: FieldNode, depth: number, see: (field: FieldNode) => void): void {
  if (depth > 8) return;
  const follow = () => {
    see(field);
    if (field.presence !== 'value') form.setPresence(field, 'value');
    if (field.kind === 'array' && field.children.length === 0) form.addItem(field);
    if (field.kind === 'object' && field.canAdd && !field.isAny) form.addEntry(field, 'some name');
    if (!field.isAny) for (const child of [...field.children]) walk(form, child, depth + 1, see);
  };
  follow();
  if (field.isAny) return;
  for (const [place, picker] of field.pickers.entries()) {
    for (let option = 1; option < picker.options.length; option++) {
      form.pick(field, place, option);
      follow();
    }
  }
}

function walkPresent(field: FieldNode, see: (field: FieldNode) => void): void {
  see(field);
  if (field.presence === 'value') for (const child of field.children) walkPresent(child, see);
}

function* validValues(): Generator<[Tool, JsonValue]> {
  for (const [index, tool] of tools.entries()) {
    const check = compileValidator(tool.inputSchema);
    for (const [place, fullness] of FULLNESSES.entries()) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const seed = index * 1_000 + place * 100 + attempt;
        const value = new ValueGenerator(tool.inputSchema, seed).value(tool.inputSchema, fullness);
        if (!check(value).valid) continue;
        yield [tool, value];
        break;
      }
    }
  }
}

interface Mutation {
  readonly mutated: JsonValue;
  /** Where it is wrong. */
  readonly pointer: string;
  readonly what: string;
}

/** The value with one thing in it changed, for each place: another type, a part left out, something added. */
function* mutations(tool: Tool, value: JsonValue, pointer = '', put = (v: JsonValue) => v): Generator<Mutation> {
  const others: JsonValue[] = typeof value === 'string' ? [123456] : ['not this type'];
  for (const other of pointer === '' ? [] : others) yield { mutated: put(other), pointer, what: 'another type' };
  if (typeof value === 'string' && pointer !== '') yield { mutated: put(`${value}#?!`), pointer, what: 'another text' };
  if (typeof value === 'number') yield { mutated: put(value - 1e9), pointer, what: 'a number far below' };
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield* mutations(tool, item, joinPointer(pointer, index), (next) => put(value.with(index, next)));
    }
  } else if (typeof value === 'object' && value !== null) {
    yield {
      mutated: put({ ...value, 'no such property': 1 }),
      pointer: joinPointer(pointer, 'no such property'),
      what: 'a property too many',
    };
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined) continue;
      const place = joinPointer(pointer, key);
      const { [key]: _left, ...rest } = value;
      yield { mutated: put(rest), pointer: place, what: LEFT_OUT };
      yield* mutations(tool, member, place, (next) => put({ ...value, [key]: next }));
    }
  }
}
