import type { ComponentChild } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { FieldNode } from '../../forms/field';

const PART = 24;

/** Fields below each other. Many come part by part, so that the first can be used at once. */
export function inParts(
  fields: readonly FieldNode[],
  hurry: boolean,
  draw: (field: FieldNode) => ComponentChild,
): ComponentChild {
  return fields.length <= PART ? fields.map(draw) : <Parts fields={fields} hurry={hurry} draw={draw} />;
}

interface PartsProps {
  readonly fields: readonly FieldNode[];
  readonly hurry: boolean;
  readonly draw: (field: FieldNode) => ComponentChild;
}

function Parts({ fields, hurry, draw }: PartsProps) {
  const total = Math.ceil(fields.length / PART);
  const [reached, setReached] = useState(1);
  const count = hurry ? total : Math.min(reached, total);
  useEffect(() => {
    if (count >= total) return;
    const timer = setTimeout(() => setReached(count + 1));
    return () => clearTimeout(timer);
  }, [count, total]);
  return (
    <>
      {Array.from({ length: count }, (_, part) => (
        <div class="part" key={part}>
          {fields.slice(part * PART, (part + 1) * PART).map(draw)}
        </div>
      ))}
    </>
  );
}
