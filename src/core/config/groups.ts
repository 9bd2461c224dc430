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
 * that is no server is left out, as is a group with no member left or with the id of a server.
 */
export function mergeGroups(
  files: readonly ConfigFileResult[],
  servers: ReadonlyMap<string, ServerDefinition>,
  trusted: boolean,
): MergedGroups {
  const groups = new Map<string, GroupDefinition>();
  const diagnostics: ConfigDiagnostic[] = [];
  const names = new Set(files.flatMap(({ settings }) => Object.keys(settings.groups ?? {})));
  for (const file of files) {
    for (const [id, group] of Object.entries(settingsSchema.parse({ groups: file.settings.groups }).groups)) {
      const report = reporter(file, id, diagnostics);
      const taken = groups.get(id)?.source;
      const why = servers.has(id) ? 'a server has the same id' : whyIgnored(file.source, taken, trusted);
      if (why !== undefined) {
        report(servers.has(id) ? 'error' : 'warning', `Group "${id}" is ignored: ${why}`);
        continue;
      }
      const members = readMembers(group.members, servers, names, report);
      if (members.length === 0) report('error', `Group "${id}" is ignored: it has no member that is a server`);
      else groups.set(id, { ...group, id, source: file.source, members });
    }
  }
  return { groups, diagnostics };
}

function whyIgnored(source: ConfigSource, taken: ConfigSource | undefined, trusted: boolean): string | undefined {
  if (source.kind !== 'workspace' || taken === undefined) return undefined;
  if (taken.kind === 'workspace') return `folder "${taken.folder}" has a group with the same id`;
  return trusted ? undefined : 'you have one with the same id, and this workspace is not trusted';
}

function readMembers(
  written: readonly GroupMember[],
  servers: ReadonlyMap<string, ServerDefinition>,
  groups: ReadonlySet<string>,
  report: Report,
): GroupMember[] {
  const members = new Map<string, GroupMember>();
  for (const [index, member] of written.entries()) {
    const { server } = member;
    const shown = JSON.stringify(server.slice(0, 64));
    if (members.has(server)) {
      report('warning', `Server ${shown} stands twice in the group: the first one counts`, index);
    } else if (servers.has(server)) members.set(server, member);
    else if (groups.has(server)) report('error', `${shown} is a group: the members of a group are servers`, index);
    else report('error', () => `There is no server ${shown}.${suggestion(server, servers)}`, index);
  }
  return [...members.values()];
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
