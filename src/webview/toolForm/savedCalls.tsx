import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SavedCallsMessage, SavedCallsRequest, SavedCallView } from '../../shared/savedCalls';
import { IconButton } from './actions';
import type { Host } from './host';
import { Icon } from './icons';
import type { ToolSession } from './session';

type Listed = Extract<SavedCallsMessage, { type: 'savedCalls' }>;
type Saved = Extract<SavedCallsMessage, { type: 'callSaved' }>;

interface SavedCallsProps {
  readonly session: ToolSession;
  readonly host: Host;
}

/** The calls of this tool that the workspace keeps by name, what is wrong with their file, and the way back from loading one. */
export function SavedCalls({ session, host }: SavedCallsProps) {
  const [listed, setListed] = useState<Listed>();
  const [saved, setSaved] = useState<Saved>();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const stop = host.onMessage((message) => {
      if (message.type === 'savedCalls') setListed(message);
      else if (message.type === 'callSaved') {
        setSaved(message);
        setOpen(true);
      }
    });
    ask(host, { do: 'list' });
    return stop;
  }, [host]);
  const calls = listed?.calls ?? [];
  return (
    <>
      {listed?.problems.map(({ folder, place, message, offset }) => (
        <p key={`${folder} ${offset} ${message}`} class="notice note wrong">
          <Icon name="warning" />
          <span>
            {place}: {message}{' '}
            <button type="button" class="link" onClick={() => ask(host, { do: 'openFile', folder, offset })}>
              Open File
            </button>
          </span>
        </p>
      ))}
      {calls.length > 0 && (
        <CallList {...{ session, host, calls, open, setOpen, restricted: listed?.restricted === true }} />
      )}
      {saved && saved.leftOut.length > 0 && (
        <Note onClose={() => setSaved(undefined)} about="what was left out">
          “{saved.name}” is saved without its secrets: {saved.leftOut.join(', ')}.
        </Note>
      )}
      <ReplacedNote session={session} />
    </>
  );
}

/** Beside "Run": keeps what is in the form by name. */
export function SaveCall({ session, host }: SavedCallsProps) {
  const save = async () => {
    const args = await session.readArguments();
    if (args === undefined) return;
    const name = session.entered.savedAs;
    ask(host, { do: 'save', args, ...(name !== undefined && { name }) });
  };
  return (
    <button type="button" class="quiet save-call" title="Keep these arguments by name" onClick={() => void save()}>
      <Icon name="bookmark" />
      Save call…
    </button>
  );
}

interface CallListProps extends SavedCallsProps {
  readonly calls: readonly SavedCallView[];
  readonly restricted: boolean;
  readonly open: boolean;
  readonly setOpen: (open: boolean) => void;
}

function CallList({ session, host, calls, restricted, open, setOpen }: CallListProps) {
  const list = useRef<HTMLUListElement>(null);
  const focused = useRef(-1);
  // A call that is deleted takes the focus with it: the one in its place gets it.
  useEffect(() => {
    const at = focused.current;
    if (at < 0 || (document.activeElement !== null && document.activeElement !== document.body)) return;
    const rows = list.current?.querySelectorAll<HTMLElement>('.call-name') ?? [];
    rows[Math.min(at, rows.length - 1)]?.focus();
  }, [calls]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const rows = [...(list.current?.querySelectorAll<HTMLElement>('.call-name') ?? [])];
    const at = rows.findIndex((row) => row.closest('li')?.contains(document.activeElement));
    const call = calls[at];
    if (step !== 0) rows[at + step]?.focus();
    else if (event.key === 'F2' && call) ask(host, { do: 'rename', ...keyOf(call) });
    else if (event.key === 'Delete' && call) ask(host, { do: 'delete', ...keyOf(call) });
    else return;
    event.preventDefault();
  };
  return (
    <details class="history saved" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name="chevron" />
        Saved calls ({calls.length})
      </summary>
      <ul
        ref={list}
        onKeyDown={onKeyDown}
        onFocusIn={(event) => {
          const item = (event.target as HTMLElement).closest('li');
          focused.current = item ? [...(list.current?.children ?? [])].indexOf(item) : -1;
        }}
        onFocusOut={(event) => {
          if (event.relatedTarget !== null) focused.current = -1;
        }}
      >
        {calls.map((call) => (
          <CallRow key={`${call.folder} ${call.name}`} {...{ session, host, call, restricted }} />
        ))}
      </ul>
      {restricted && (
        <p class="restricted">
          In Restricted Mode they are only listed.
          <button type="button" class="link" onClick={() => ask(host, { do: 'manageTrust' })}>
            Manage Workspace Trust
          </button>
        </p>
      )}
    </details>
  );
}

function CallRow(props: SavedCallsProps & { readonly call: SavedCallView; readonly restricted: boolean }) {
  const { session, host, call, restricted } = props;
  const { name, label, args, folderName, problem } = call;
  const isBusy = session.runs.running.length > 0;
  const isUsable = !restricted && problem === undefined;
  const key = keyOf(call);
  return (
    <li class={session.entered.savedAs === name ? 'current' : undefined}>
      <button
        type="button"
        class="quiet call-name"
        title={isUsable ? `Load “${label}” into the form` : label}
        aria-disabled={!isUsable}
        aria-current={session.entered.savedAs === name}
        aria-keyshortcuts="F2 Delete"
        onClick={() => isUsable && ask(host, { do: 'load', ...key })}
      >
        {label}
      </button>
      {folderName && <span class="facts">{folderName}</span>}
      {problem === undefined ? <code>{args}</code> : <span class="problem">{problem}</span>}
      <span class="call-actions">
        {isUsable && (
          <IconButton
            icon="run"
            title={`Run “${label}”`}
            disabled={isBusy}
            onClick={() => ask(host, { do: 'run', ...key })}
          />
        )}
        <IconButton icon="edit" title={`Rename “${label}”`} onClick={() => ask(host, { do: 'rename', ...key })} />
        <IconButton icon="trash" title={`Delete “${label}”`} onClick={() => ask(host, { do: 'delete', ...key })} />
      </span>
    </li>
  );
}

/** The way back to what was typed before other arguments came into the form. */
function ReplacedNote({ session }: { readonly session: ToolSession }) {
  const { by } = session.entered.replaced;
  if (by === undefined) return null;
  const what = by === 'defaults' ? 'The defaults are' : by === 'arguments' ? 'Other arguments are' : `“${by.name}” is`;
  return (
    <Note
      about="what was in the form"
      onClose={() => {
        session.entered.replaced.clear();
        session.save();
        session.onChange();
      }}
    >
      {what} in the form.{' '}
      <button type="button" class="link" onClick={() => session.putBack()}>
        Put back what was there
      </button>
    </Note>
  );
}

interface NoteProps {
  readonly children: ComponentChildren;
  /** What the note is about, for the name of the button that closes it. */
  readonly about: string;
  readonly onClose: () => void;
}

function Note({ children, about, onClose }: NoteProps) {
  return (
    <p class="notice note">
      <span>{children}</span>
      <IconButton icon="close" title={`Close the note on ${about}`} onClick={onClose} />
    </p>
  );
}

function ask(host: Host, request: SavedCallsRequest): void {
  host.post({ type: 'savedCalls', request });
}

function keyOf({ folder, name }: SavedCallView): { readonly folder: string; readonly name: string } {
  return { folder, name };
}
