/** The tools of one server, as far as their names go. */
export interface NamedTools {
  readonly serverId: string;
  readonly prefix: string | undefined;
  readonly toolNames: readonly string[];
}

const UNSAFE = /[^A-Za-z0-9_.-]/g;

/**
 * Gives every tool of every server a name that no other has: `<prefix>_<tool>`, or the tool's own name where the server
 * has no prefix; where two are the same, `<serverId>_<tool>` for each of them, and a number where even that is taken.
 * Returns a map per server from the tool's own name. The result depends on the set alone, not on the order of listing.
 */
export function assignCallNames(servers: readonly NamedTools[]): Map<string, Map<string, string>> {
  const wanted = new Map<string, number>();
  for (const server of servers) {
    for (const tool of server.toolNames) increment(wanted, wantedName(server, tool));
  }
  const taken = new Map<string, number>();
  const result = new Map<string, Map<string, string>>();
  const sorted = [...servers].sort((a, b) => (a.serverId < b.serverId ? -1 : 1));
  for (const server of sorted) {
    const names = new Map<string, string>();
    for (const tool of server.toolNames) {
      const name = wantedName(server, tool);
      const unique = wanted.get(name) === 1 ? name : clean(`${server.serverId}_${tool}`);
      names.set(tool, claim(unique, taken));
    }
    result.set(server.serverId, names);
  }
  return result;
}

function wantedName({ prefix }: NamedTools, tool: string): string {
  return clean(prefix ? `${prefix}_${tool}` : tool);
}

function clean(name: string): string {
  return name.replace(UNSAFE, '_');
}

/** `taken` holds for each name the next number to try, so that many alike cost no more than as many different ones. */
function claim(name: string, taken: Map<string, number>): string {
  let free = name;
  let number = taken.get(name) ?? 1;
  while (taken.has(free)) {
    number += 1;
    free = `${name}_${number}`;
  }
  taken.set(name, number);
  taken.set(free, Math.max(taken.get(free) ?? 1, 1));
  return free;
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
