/**
 * The known name that a person most likely meant, or undefined where none is near. Case, `_` and `-` do not count. Where
 * none is spelled alike, the only one that begins or ends with the given one, or the other way round, is near: "user" is
 * "username".
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const wanted = fold(name);
  const partners: string[] = [];
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const folded = fold(candidate);
    if (isPartOf(wanted, folded) || isPartOf(folded, wanted)) partners.push(candidate);
    const distance = editDistance(wanted, folded);
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, folded.length) * 0.4));
    if (distance <= allowed && (best === undefined || distance < best.distance)) best = { name: candidate, distance };
  }
  return best?.name ?? (partners.length === 1 ? partners[0] : undefined);
}

/** Shorter parts are in too many words to say anything. */
const MIN_PART = 4;

function isPartOf(part: string, whole: string): boolean {
  return part.length >= MIN_PART && (whole.startsWith(part) || whole.endsWith(part));
}

function fold(name: string): string {
  return name.slice(0, 64).toLowerCase().replace(/[_-]/g, '');
}

/** Insertions, deletions and replacements that lead from one text to the other. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
