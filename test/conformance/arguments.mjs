/** Values that fit the simple input schemas of the suite's tools: the required members, each as its type says. */
export function argumentsFor({ properties = {}, required = [] } = {}) {
  return Object.fromEntries(required.map((name) => [name, valueFor(properties[name] ?? {})]));
}

function valueFor({ type, default: fallback, const: only, enum: choices }) {
  if (fallback !== undefined) return fallback;
  if (only !== undefined) return only;
  if (choices !== undefined) return choices[0];
  if (type === 'number' || type === 'integer') return 5;
  if (type === 'boolean') return true;
  if (type === 'array') return [];
  if (type === 'object') return {};
  return 'text';
}
