import type { Disposable } from '../base/disposable';
import { auditLine } from './calls/audit';
import { type CallEnd, CallHistory, type CallStart } from './calls/history';
import type { MetricsRecorder } from './metrics/recorder';
import type { AuditPort, Ports } from './ports';
import { estimateSize } from './traffic/messageSize';

/** What is kept of each call, wherever it was made: history, numbers, audit log. */
export class CallRecords implements Disposable {
  readonly history: CallHistory;
  readonly #metrics: MetricsRecorder;
  readonly #audit: AuditPort | undefined;
  readonly #ports: Ports;

  constructor(ports: Ports, metrics: MetricsRecorder) {
    this.history = new CallHistory({ clock: ports.clock });
    this.#metrics = metrics;
    this.#audit = ports.audit;
    this.#ports = ports;
  }

  /** The function says how the call ended. */
  begin(call: CallStart): (end: CallEnd) => void {
    const at = this.#ports.clock.now();
    const ended = this.history.begin(call);
    return (end) => {
      const { server, group, tool } = call;
      const { outcome, durationMs, queueMs, result } = end;
      const bytesOut = estimateSize(call.arguments).bytes;
      const bytesIn = result && estimateSize(result).bytes;
      ended({ ...end, bytesIn, bytesOut });
      const errorKind = outcome === 'ok' || outcome === 'toolError' ? undefined : outcome;
      const isError = outcome === 'toolError';
      this.#metrics.recordCall({ server, tool, durationMs, queueMs, errorKind, isError, bytesIn, bytesOut });
      this.#write({ at, server, group, tool, arguments: call.arguments, outcome, durationMs }, call);
    };
  }

  /** Resolves when the audit log is written as far as it can be. */
  async flush(): Promise<void> {
    await this.#audit?.sink.flush();
  }

  dispose(): void {
    this.history.dispose();
  }

  #write(record: Parameters<typeof auditLine>[0], { redactor }: CallStart): void {
    const how = this.#audit?.arguments();
    if (how === undefined || how === 'off') return;
    this.#audit?.sink.append(auditLine(record, how === 'hash' ? { kind: 'hash' } : { kind: 'redacted', redactor }));
  }
}
