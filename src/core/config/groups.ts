/** Groups of all files: what they are made of is known only where all servers are. */
import { nearestName } from '../../base/nearestName';
import type { ConfigSource, GroupDefinition, GroupMember, ServerDefinition } from './definition';
import type { ConfigDiagnostic } from './diagnostics';
import type { ConfigFileResult } from './parse';
import type { Place } from './reporter';
import { settingsSchema } from './schema/settings';

export interface MergedGroups {
  readonly groups: ReadonlyMap<string, GroupDefinition>;
  readonly diagnostics: readonly ConfigDiagnostic[];
}

/** Where a group and its members stand in their file. */
export interface GroupPlaces {
  readonly key: Place;
  /** Of the id that each member names, in the order of the list. */
  readonly members: readonly Place[];
}

type Report = (severity: ConfigDiagnostic['severity'], message: string | (() => string), memberIndex?: number) => void;

/** Over all files: more of them say nothing more, and a hostile file must not keep the extension host busy. */
const MAX_FINDINGS = 200;

/**
 * Makes one list of the groups of all files, given in the order user, then workspace folders. A group is taken whole: that of
 * a trusted workspace stands in the place of the user's one with the same id, and of two folders the first one wins. A member
 * that is no server is left out, as is a group with no member left or with the id of a server. The user's own groups consist
 * of the user's own servers: no workspace gets into one, not even by an entry in the place of a member.
 */
export function mergeGroups(
  files: readonly ConfigFileResult[],
  servers: ReadonlyMap<string, ServerDefinition>,
  trusted: boolean,
): MergedGroups {
  const groups = new Map<string, GroupDefinition>();
  const diagnostics: ConfigDiagnostic[] = [];
  const names = new Set(files.flatMap(groupIds));
  const own = ownGroupIds(files);
  for (const file of files) {
    for (const [id, group] of Object.entries(settingsSchema.parse({ groups: file.settings.groups }).groups)) {
      const report = reporter(file, id, diagnostics);
      const taken = groups.get(id)?.source;
      const overrides = file.source.kind === 'workspace' && own.has(id);
      const why = servers.has(id) ? 'a server has the same id' : whyIgnored(file.source, taken, overrides && !trusted);
      if (why !== undefined) {
        report(servers.has(id) ? 'error' : 'warning', `Group "${id}" is ignored: ${why}`);
        continue;
      }
      const members = readMembers(group.members, { servers, groups: names, source: file.source }, report);
      if (members.length === 0) {
        report('error', `Group "${id}" is ignored: it has no member that is a server`);
        continue;
      }
      if (group.strategy === 'roundRobin') reportWeights(group.members, report);
      const borrows = members
        .map(({ server }) => server)
        .filter((server) => isBorrowed(file.source, servers.get(server)));
      groups.set(id, {
        ...group,
        id,
        source: file.source,
        ...(overrides ? { overrides: 'user' } : {}),
        ...(borrows.length > 0 ? { borrows } : {}),
        members,
      });
    }
  }
  return { groups, diagnostics };
}

/** Ids of the groups that the user's own files state, whether they can be used or not. */
export function ownGroupIds(files: readonly ConfigFileResult[]): ReadonlySet<string> {
  return new Set(files.filter(({ source }) => source.kind !== 'workspace').flatMap(groupIds));
}

function groupIds({ settings }: ConfigFileResult): string[] {
  return Object.keys(settings.groups ?? {});
}

function whyIgnored(source: ConfigSource, taken: ConfigSource | undefined, isForbidden: boolean): string | undefined {
  if (isForbidden) return 'you have one with the same id, and this workspace is not trusted';
  if (source.kind !== 'workspace' || taken?.kind !== 'workspace') return undefined;
  return `folder "${taken.folder}" has a group with the same id`;
}

/** Whether a member of a workspace's group is a server that the folder does not bring itself. */
function isBorrowed(source: ConfigSource, server: ServerDefinition | undefined): boolean {
  if (source.kind !== 'workspace') return false;
  return server?.source.kind !== 'workspace' || server.source.folderPath !== source.folderPath;
}

interface Known {
  readonly servers: ReadonlyMap<string, ServerDefinition>;
  readonly groups: ReadonlySet<string>;
  /** Of the group. */
  readonly source: ConfigSource;
}

function readMembers(written: readonly GroupMember[], known: Known, report: Report): GroupMember[] {
  const members = new Map<string, GroupMember>();
  for (const [index, member] of written.entries()) {
    const problem = members.has(member.server) ? undefined : whyNoMember(member.server, known);
    const shown = JSON.stringify(member.server.slice(0, 64));
    if (members.has(member.server)) {
      report('warning', `Server ${shown} stands twice in the group: the first one counts`, index);
    } else if (problem) report('error', problem, index);
    else members.set(member.server, member);
  }
  return [...members.values()];
}

/** In turn, all members get the same: a weight that somebody wrote would do nothing. */
function reportWeights(written: readonly GroupMember[], report: Report): void {
  for (const [index, { weight }] of written.entries()) {
    if (weight === 1) continue;
    report(
      'warning',
      '"weight" does nothing where calls go in turn: set "strategy" to "weighted" or "leastConnections"',
      index,
    );
  }
}

/** Undefined for a server that may be one. */
function whyNoMember(id: string, { servers, groups, source }: Known): (() => string) | undefined {
  const shown = JSON.stringify(id.slice(0, 64));
  const server = servers.get(id);
  if (server?.source.kind === 'workspace' && source.kind !== 'workspace') {
    const { folder } = server.source;
    return () => `${shown} is the server of folder "${folder}": your own groups consist of your own servers`;
  }
  if (server) return undefined;
  if (groups.has(id)) return () => `${shown} is a group: the members of a group are servers`;
  return () => `There is no server ${shown}.${suggestion(id, servers)}`;
}

function suggestion(name: string, servers: ReadonlyMap<string, unknown>): string {
  const near = nearestName(name, [...servers.keys()]);
  return near === undefined ? '' : ` Did you mean "${near}"?`;
}

function reporter({ groupPlaces, source }: ConfigFileResult, id: string, diagnostics: ConfigDiagnostic[]): Report {
  return (severity, message, memberIndex) => {
    if (diagnostics.length === MAX_FINDINGS) return;
    const places = groupPlaces?.get(id);
    const place = memberIndex === undefined ? places?.key : places?.members[memberIndex];
    diagnostics.push({
      severity,
      code: 'conflict',
      message: typeof message === 'string' ? message : message(),
      path: source.kind === 'adHoc' ? '' : source.path,
      ...(place ?? { offset: 0, length: 1, line: 0, column: 0 }),
      pointer: `/groups/${id}${memberIndex === undefined ? '' : `/members/${memberIndex}/server`}`,
    });
  };
}
