import type { HostMessage, RunningView, RunView } from '../../shared/toolPanel';
import { outcomeText } from './text';

const KEPT_RUNS = 10;

type RunMessage = Extract<HostMessage, { type: 'started' | 'progress' | 'finished' }>;

/** The runs that the panel shows, newest first. */
export class RunList {
  finished: readonly RunView[] = [];
  running: readonly RunningView[] = [];

  start({ runs, running }: Extract<HostMessage, { type: 'init' }>): void {
    this.finished = runs;
    this.running = running;
  }

  /** Follows a run. The answer is for the live region. */
  receive(message: RunMessage, toolName: string): string | undefined {
    switch (message.type) {
      case 'started':
        if (!this.running.some(({ id }) => id === message.run.id)) this.running = [message.run, ...this.running];
        return `Running ${toolName}.`;
      case 'progress': {
        const { type: _type, id, ...progress } = message;
        this.running = this.running.map((run) => (run.id === id ? { ...run, progress } : run));
        return undefined;
      }
      case 'finished':
        this.running = this.running.filter(({ id }) => id !== message.run.id);
        this.finished = [message.run, ...this.finished.filter(({ id }) => id !== message.run.id)].slice(0, KEPT_RUNS);
        return outcomeText(message.run);
    }
  }
}
