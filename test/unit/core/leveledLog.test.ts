import { describe, expect, it } from 'vitest';
import { leveled, serverLogs } from '../../../src/core/leveledLog';
import type { Logger } from '../../../src/core/ports';

const LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const;

function speak(make: (log: Logger) => Logger): string[] {
  const heard: string[] = [];
  const add = (level: string) => (message: string) => void heard.push(`${level}: ${message}`);
  const inner = { error: add('error'), warn: add('warn'), info: add('info'), debug: add('debug'), trace: add('trace') };
  const log = make(inner);
  for (const level of LEVELS) log[level]('x');
  return heard;
}

describe('leveled', () => {
  it.each(LEVELS.map((level, index) => [level, index + 1] as const))(
    'lets through what is as severe as %s',
    (level, n) => {
      expect(speak((log) => leveled(log, level))).toEqual(LEVELS.slice(0, n).map((name) => `${name}: x`));
    },
  );
});

describe('serverLogs', () => {
  it('leaves out how connections come and go, but not their failures', () => {
    const debug = { level: 'debug', logConnections: false, logMessages: false } as const;
    expect(speak((log) => serverLogs(log, debug).connections)).toEqual(['error: x', 'warn: x']);
    expect(speak((log) => serverLogs(log, debug).log)).toHaveLength(4);
    expect(speak((log) => serverLogs(log, { ...debug, logConnections: true }).connections)).toHaveLength(4);
  });
});
