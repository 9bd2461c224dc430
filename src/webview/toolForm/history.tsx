import { useEffect, useState } from 'preact/hooks';
import type { HistoryView } from '../../shared/toolPanel';
import type { Host } from './host';
import { Icon } from './icons';
import { durationText, timeText } from './text';

const WORDS: Readonly<Record<HistoryView['status'], string>> = {
  done: 'Result',
  toolError: 'Tool error',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

interface HistoryProps {
  readonly host: Host;
  /** Ids of the runs whose results are on the panel. */
  readonly shown: ReadonlySet<string>;
  readonly busy: boolean;
}

/** Runs from before whose results are gone: each can be made again, or taken into the form. */
export function History({ host, shown, busy }: HistoryProps) {
  const [all, setAll] = useState<readonly HistoryView[]>([]);
  useEffect(() => {
    const stop = host.onMessage((message) => {
      if (message.type === 'history') setAll(message.entries);
    });
    host.post({ type: 'history' });
    return stop;
  }, [host]);
  const entries = all.filter(({ id }) => !shown.has(id));
  if (entries.length === 0) return null;
  return (
    <details class="history">
      <summary>
        <Icon name="chevron" />
        Earlier runs ({entries.length})
      </summary>
      <ul>
        {entries.map((entry) => (
          <li key={entry.id}>
            <span class="facts">
              {timeText(entry.at)} · {WORDS[entry.status]} · {durationText(entry.durationMs)}
            </span>
            {entry.args === undefined ? (
              <span class="facts">arguments were not kept</span>
            ) : (
              <>
                <code>{entry.args}</code>
                <RunAgain host={host} id={entry.id} busy={busy} />
              </>
            )}
          </li>
        ))}
      </ul>
      <button type="button" class="link" onClick={() => host.post({ type: 'clearHistory' })}>
        Clear the earlier runs
      </button>
    </details>
  );
}

/** Runs with the same arguments at once, or puts them into the form first. */
export function RunAgain({ host, id, busy }: { host: Host; id: string; busy: boolean }) {
  const edit = () => {
    const stop = host.onMessage((message) => {
      if (message.type !== 'arguments') return;
      stop();
      requestAnimationFrame(focusForm);
    });
    host.post({ type: 'edit', id });
  };
  return (
    <span class="run-again">
      <button
        type="button"
        class="quiet"
        aria-disabled={busy}
        onClick={() => {
          if (!busy) host.post({ type: 'again', id });
        }}
      >
        <Icon name="again" />
        Run again
      </button>
      <button type="button" class="quiet" onClick={edit}>
        Edit and run
      </button>
    </span>
  );
}

function focusForm(): void {
  const control = document.querySelector<HTMLElement>(
    '.form-scroll :is(input:not([type=radio]), textarea, select):enabled',
  );
  (control ?? document.querySelector<HTMLElement>('.run-bar button'))?.focus();
}
