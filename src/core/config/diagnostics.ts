/** One finding in a configuration file, at its exact place. Offsets count UTF-16 units; line and column from 0. */
export interface ConfigDiagnostic {
  readonly severity: 'error' | 'warning';
  readonly code:
    | 'syntax'
    | 'type'
    | 'missing'
    | 'conflict'
    | 'unknownKey'
    | 'notSupported'
    | 'literalSecret'
    | 'version';
  readonly message: string;
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  readonly line: number;
  readonly column: number;
  /** JSON path of the value, for actions on it. */
  readonly pointer: string;
}
