import type { ComponentChild } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { FieldNode } from '../../forms/field';

/** About as many as a window shows. */
const FIRST = 8;
const PART = 16;

/** Fields below each other. Many come part by part, so that the first can be used at once and no key waits for long. */
export function inParts(
  fields: readonly FieldNode[],
  hurry: boolean,
  draw: (field: FieldNode) => ComponentChild,
): ComponentChild {
  return fields.length <= FIRST ? fields.map(draw) : <Parts fields={fields} hurry={hurry} draw={draw} />;
}

interface PartsProps {
  readonly fields: readonly FieldNode[];
  readonly hurry: boolean;
  readonly draw: (field: FieldNode) => ComponentChild;
}

function Parts({ fields, hurry, draw }: PartsProps) {
  const total = 1 + Math.ceil((fields.length - FIRST) / PART);
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
          {fields.slice(part === 0 ? 0 : FIRST + (part - 1) * PART, FIRST + part * PART).map(draw)}
        </div>
      ))}
    </>
  );
}
