import type { ConfigSource } from './definition';
import type { ConfigDiagnostic } from './diagnostics';
import { createLineIndex, findNode, type JsonPath, type Node, type TextRange } from './document';

/** A finding before it has a place: `path` leads to it from the top of the file. */
export interface Finding {
  readonly severity: ConfigDiagnostic['severity'];
  readonly code: ConfigDiagnostic['code'];
  readonly message: string;
  readonly path: JsonPath;
  /** What to underline. Where the path does not exist, the nearest key above it is. */
  readonly at: 'key' | 'value';
}

/** Where something stands in a file. */
export type Place = Pick<ConfigDiagnostic, 'offset' | 'length' | 'line' | 'column'>;

export interface Reporter {
  report(finding: Finding): void;
  reportAt(range: TextRange, finding: Omit<Finding, 'at'>): void;
  toPlace(range: TextRange): Place;
  readonly diagnostics: readonly ConfigDiagnostic[];
}

/** A hostile file must not fill the Problems panel. */
const MAX_DIAGNOSTICS = 500;

/** Gives findings their place in one file. `root` is undefined where nothing of the text could be read. */
export function createReporter(text: string, source: ConfigSource, root: Node | undefined): Reporter {
  const positionOf = createLineIndex(text);
  const diagnostics: ConfigDiagnostic[] = [];
  const file = source.kind === 'adHoc' ? '' : source.path;
  const toPlace = ({ offset, length }: TextRange): Place => ({ offset, length, ...positionOf(offset) });
  const placeOf = ({ path, at }: Finding): Place => {
    if (!root) return toPlace({ offset: 0, length: 1 });
    const found = findNode(root, path);
    const node = at === 'value' && found.exact ? found.value : found.key;
    // The whole file underlined says nothing: its opening brace stands for it.
    return toPlace(node === root ? { offset: node.offset, length: 1 } : node);
  };
  const add = (place: Place, { severity, code, message, path }: Omit<Finding, 'at'>) => {
    if (diagnostics.length < MAX_DIAGNOSTICS) {
      diagnostics.push({ severity, code, message, path: file, ...place, pointer: toPointer(path) });
    }
  };
  return {
    diagnostics,
    toPlace,
    report: (finding) => {
      if (diagnostics.length < MAX_DIAGNOSTICS) add(placeOf(finding), finding);
    },
    reportAt: (range, finding) => add(toPlace(range), finding),
  };
}

/** JSON Pointer (RFC 6901). */
export function toPointer(path: JsonPath): string {
  return path.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
