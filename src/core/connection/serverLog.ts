import type { Clock } from '../../base/clock';
import type { JsonObject } from '../../shared/json';
import type { Logger } from '../ports';
import { excerpt } from '../transports/jsonRpc';

/** `debug.level` of the configuration. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

const MAX_CHARACTERS = 2000;
/** Messages a second; what comes beyond is counted, not written. */
const MAX_PER_SECOND = 100;

const LOGGER_LEVELS: Readonly<Record<string, keyof Logger>> = {
  debug: 'debug',
  info: 'info',
  notice: 'info',
  warning: 'warn',
  error: 'error',
  critical: 'error',
  alert: 'error',
  emergency: 'error',
};

/** The level of RFC 5424 from which on a server should report (MCP specification, server/utilities/logging). */
export function mcpLogLevel(level: LogLevel): 'error' | 'warning' | 'info' | 'debug' {
  if (level === 'warn') return 'warning';
  return level === 'trace' ? 'debug' : level;
}

/** Writes `notifications/message` of one server to the log, one bounded line each, a flood cut off. */
export function createServerLog(log: Logger, clock: Clock): (params: JsonObject) => void {
  let second = 0;
  let count = 0;
  return ({ level, logger, data }) => {
    const now = Math.floor(clock.now() / 1000);
    if (now !== second) {
      if (count > MAX_PER_SECOND) log.warn(`[server] ${count - MAX_PER_SECOND} messages were left out.`);
      second = now;
      count = 0;
    }
    count += 1;
    if (count > MAX_PER_SECOND) return;
    const text = typeof data === 'string' ? data : (JSON.stringify(data) ?? '');
    const source = typeof logger === 'string' && logger ? `${excerpt(logger, 100)}: ` : '';
    const write = typeof level === 'string' && Object.hasOwn(LOGGER_LEVELS, level) ? LOGGER_LEVELS[level] : undefined;
    log[write ?? 'info'](`[server] ${source}${excerpt(text, MAX_CHARACTERS)}`);
  };
}
