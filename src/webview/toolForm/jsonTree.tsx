import type { JsonValue } from '../../shared/json';

const OPEN_LEVELS = 2;

/** JSON as a tree of folding lines, by keyboard too: it is made of `details`. */
export function JsonTree({ value }: { readonly value: JsonValue }) {
  return (
    <div class="tree">
      <Node name={undefined} value={value} level={0} />
    </div>
  );
}

interface NodeProps {
  readonly name: string | undefined;
  readonly value: JsonValue;
  readonly level: number;
}

function Node({ name, value, level }: NodeProps) {
  if (typeof value !== 'object' || value === null) {
    return (
      <div class="leaf">
        <Name name={name} />
        <Scalar value={value} />
      </div>
    );
  }
  const entries = Object.entries(value);
  const isArray = Array.isArray(value);
  const count = isArray ? `[${entries.length}]` : `{${entries.length}}`;
  if (entries.length === 0) {
    return (
      <div class="leaf">
        <Name name={name} />
        <span class="count">{isArray ? '[]' : '{}'}</span>
      </div>
    );
  }
  return (
    <details open={level < OPEN_LEVELS}>
      <summary>
        <Name name={name} />
        <span class="count">{count}</span>
      </summary>
      <div class="branch">
        {entries.map(([key, member]) => (
          <Node key={key} name={key} value={member ?? null} level={level + 1} />
        ))}
      </div>
    </details>
  );
}

function Name({ name }: { readonly name: string | undefined }) {
  return name === undefined ? null : (
    <>
      <span class="name">{name}</span>
      <span class="colon">: </span>
    </>
  );
}

function Scalar({ value }: { readonly value: string | number | boolean | null }) {
  const type = value === null ? 'null' : typeof value;
  return <span class={`scalar ${type}`}>{typeof value === 'string' ? JSON.stringify(value) : String(value)}</span>;
}
