import type { Progress } from '../../shared/mcp';
import type { LogLine } from '../../shared/toolPanel';
import { cut } from '../plainText';

const INTERVAL_MS = 50;
const MAX_MESSAGE = 1_000;

/** What changed since the last sending. */
export interface Reported {
  readonly progress?: Progress;
  /** All lines so far. */
  readonly log?: readonly LogLine[];
}

export interface ReportSender {
  readonly report: (progress: Progress) => void;
  readonly logged: (lines: readonly LogLine[]) => void;
  /** Gives up what was not sent yet. */
  readonly stop: () => void;
}

/** Passes on the latest of what a running call reports, bounded and at most twenty times a second: a server may send thousands. */
export function reportSender(send: (reported: Reported) => void): ReportSender {
  let waiting: Reported = {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = (reported: Reported) => {
    waiting = { ...waiting, ...reported };
    timer ??= setTimeout(() => {
      timer = undefined;
      const now = waiting;
      waiting = {};
      send(now);
    }, INTERVAL_MS);
  };
  return {
    report: (progress) => later({ progress: bounded(progress) }),
    logged: (log) => later({ log }),
    stop: () => clearTimeout(timer),
  };
}

function bounded({ progress, total, message }: Progress): Progress {
  return {
    progress,
    ...(total !== undefined && { total }),
    ...(typeof message === 'string' && { message: cut(message, MAX_MESSAGE) }),
  };
}
