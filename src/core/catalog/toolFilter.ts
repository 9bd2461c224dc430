/** Whether a tool name passes `tools.include` and `tools.exclude`. `*` stands for any run of characters. */
export function isToolIncluded(name: string, include: readonly string[], exclude: readonly string[]): boolean {
  return (
    include.some((pattern) => fitsToolName(name, pattern)) && !exclude.some((pattern) => fitsToolName(name, pattern))
  );
}

/** Linear in the name and the pattern: a pattern comes from a file, so it must not be a way to hang the window. */
export function fitsToolName(name: string, pattern: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) return name === head;
  if (name.length < head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail)) return false;
  let from = head.length;
  for (const part of rest) {
    const at = name.indexOf(part, from);
    if (at < 0 || at + part.length > name.length - tail.length) return false;
    from = at + part.length;
  }
  return true;
}
