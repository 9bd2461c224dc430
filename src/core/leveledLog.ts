import type { ServerEntry } from './config/definition';
import type { Logger } from './ports';

type Level = ServerEntry['debug']['level'];

const LEVELS: readonly Level[] = ['error', 'warn', 'info', 'debug', 'trace'];

/** A log that leaves out what is less severe than `level`. The host may leave out more. */
export function leveled(log: Logger, level: Level): Logger {
  const passes = (candidate: Level) => LEVELS.indexOf(candidate) <= LEVELS.indexOf(level);
  const ignore = () => {};
  return {
    trace: passes('trace') ? (message) => log.trace(message) : ignore,
    debug: passes('debug') ? (message) => log.debug(message) : ignore,
    info: passes('info') ? (message) => log.info(message) : ignore,
    warn: passes('warn') ? (message) => log.warn(message) : ignore,
    error: (message) => log.error(message),
  };
}

/**
 * The logs of one server by its `debug` section. `connections`: how the connection comes and goes, where
 * `logConnections` is off only what went wrong with it. Messages (`logMessages`) are the tap's.
 */
export function serverLogs(
  log: Logger,
  debug: ServerEntry['debug'],
): { readonly log: Logger; readonly connections: Logger } {
  const own = leveled(log, debug.level);
  return { log: own, connections: debug.logConnections ? own : leveled(own, 'warn') };
}
