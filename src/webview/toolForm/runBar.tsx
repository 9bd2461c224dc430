import { useEffect, useRef, useState } from 'preact/hooks';
import type { CopyFormat } from '../../shared/toolPanel';
import { COPY_FORMATS } from './copyFormats';
import { RUN_BUTTON_ID } from './focusPlaces';
import type { Host } from './host';
import { Icon } from './icons';
import type { Questions } from './questions';
import { SaveCall } from './savedCalls';
import type { ToolSession } from './session';
import { durationText, plural } from './text';

const RUN_KEYS = /Mac/.test(globalThis.navigator?.platform ?? '') ? '⌘↵' : 'Ctrl+Enter';

interface RunBarProps {
  readonly session: ToolSession;
  readonly questions: Questions;
  readonly host: Host;
  readonly now: number;
}

/** Always in sight: run, cancel, how long it takes, and what stands in the way. */
export function RunBar({ session, questions, host, now }: RunBarProps) {
  const { problems } = session;
  const { running } = session.runs;
  const isRunning = running.length > 0;
  const first = running.at(-1);
  const hasProblems = session.shown.all && problems.list.length > 0;
  return (
    <div class="run-bar">
      <span class="split">
        <button
          type="button"
          id={RUN_BUTTON_ID}
          class="primary"
          aria-disabled={isRunning}
          aria-keyshortcuts="Control+Enter"
          title={`Run (${RUN_KEYS})`}
          onClick={() => void session.run()}
        >
          Run
        </button>
        <MoreMenu session={session} host={host} />
      </span>
      {isRunning && (
        <button type="button" class="secondary" onClick={() => session.cancel()}>
          Cancel
        </button>
      )}
      {questions.first && (
        <button type="button" class="link to-question" onClick={() => questions.focus()}>
          <Icon name="question" />
          {plural(questions.list.length, 'question')}
        </button>
      )}
      <span class="run-note">
        {first ? (
          durationText(now - first.at)
        ) : hasProblems ? (
          <button type="button" class="link problem-link" onClick={() => session.focusProblem()}>
            <Icon name="error" />
            {plural(problems.list.length, 'problem')}
          </button>
        ) : (
          <kbd>{RUN_KEYS}</kbd>
        )}
      </span>
      <SaveCall session={session} host={host} />
    </div>
  );
}

function MoreMenu({ session, host }: Omit<RunBarProps, 'questions' | 'now'>) {
  const [open, setOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    menu.current?.querySelector('button')?.focus();
    const closeOutside = (event: Event) => {
      const inside = menu.current?.contains(event.target as Node) || button.current?.contains(event.target as Node);
      if (!inside) setOpen(false);
    };
    document.addEventListener('pointerdown', closeOutside);
    return () => document.removeEventListener('pointerdown', closeOutside);
  }, [open]);

  const choose = (action: () => void) => {
    setOpen(false);
    button.current?.focus();
    action();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const items = [...(menu.current?.querySelectorAll('button') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) items[(at + step + items.length) % items.length]?.focus();
    else if (event.key === 'Escape') choose(() => {});
    else if (event.key === 'Tab') setOpen(false);
    else return;
    if (event.key !== 'Tab') event.preventDefault();
  };
  return (
    <>
      <button
        type="button"
        class="primary more"
        ref={button}
        aria-label="More ways to run"
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="chevron" />
      </button>
      {open && (
        <div class="menu" role="menu" tabIndex={-1} aria-label="More ways to run" ref={menu} onKeyDown={onKeyDown}>
          <button type="button" role="menuitem" onClick={() => choose(() => void session.run({ anyway: true }))}>
            Send anyway
            <small>even if the arguments do not fit the schema</small>
          </button>
          <button type="button" role="menuitem" onClick={() => choose(() => session.reset())}>
            Reset arguments
            <small>to the defaults of the schema</small>
          </button>
          {COPY_FORMATS.filter(({ format }) => format !== 'curl' || session.server.curl).map((copied) => (
            <button
              key={copied.format}
              type="button"
              role="menuitem"
              onClick={() => choose(() => void copyCall(session, host, copied.format))}
            >
              Copy as {copied.name}
              {copied.inShell && session.server.shell && <small>for {session.server.shell}</small>}
            </button>
          ))}
        </div>
      )}
    </>
  );
}

/** Puts the call as it would be sent on the clipboard, without secrets. */
async function copyCall(session: ToolSession, host: Host, format: CopyFormat): Promise<void> {
  const args = await session.readArguments();
  if (args === undefined) return;
  host.post({ type: 'copyAs', format, args });
}
