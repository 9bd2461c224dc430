import { useState } from 'preact/hooks';
import type { ServerStateView, ToolView } from '../../shared/toolPanel';

const LONG_DESCRIPTION = 320;

interface HeaderProps {
  readonly toolName: string;
  readonly tool: ToolView | undefined;
  readonly serverName: string;
  readonly state: ServerStateView;
}

export function Header({ toolName, tool, serverName, state }: HeaderProps) {
  const title = tool?.title ?? toolName;
  return (
    <header class="header">
      <div class="title-line">
        <h1>{title}</h1>
        {title !== toolName && <code class="tool-name">{toolName}</code>}
        <span class={`chip state-${state.isPaused ? 'paused' : state.kind}`}>
          <span class="dot" aria-hidden="true" />
          <span class="chip-name">{serverName}</span>
          <span class="chip-state" title={state.label}>
            {state.label}
          </span>
        </span>
        <Badges tool={tool} />
      </div>
      {tool?.description && <Description text={tool.description} />}
    </header>
  );
}

function Badges({ tool }: { readonly tool: ToolView | undefined }) {
  const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = tool?.annotations ?? {};
  const badges = [
    readOnlyHint && { name: 'read-only', about: 'The server says that this tool changes nothing.' },
    destructiveHint &&
      !readOnlyHint && { name: 'destructive', about: 'The server says that this tool may destroy data.' },
    idempotentHint &&
      !readOnlyHint && { name: 'idempotent', about: 'The server says that calling it again changes nothing more.' },
    openWorldHint && { name: 'open world', about: 'The server says that this tool reaches systems outside of it.' },
  ].filter((badge) => typeof badge === 'object');
  if (badges.length === 0) return null;
  return (
    <ul class="badges" aria-label="What the server says about this tool">
      {badges.map(({ name, about }) => (
        <li key={name} class={`badge ${name.replace(' ', '-')}`} title={about}>
          {name}
        </li>
      ))}
    </ul>
  );
}

function Description({ text }: { readonly text: string }) {
  const [open, setOpen] = useState(false);
  const long = text.length > LONG_DESCRIPTION || text.split('\n').length > 5;
  return (
    <div class="description">
      <p class={long && !open ? 'clamped' : undefined}>{text}</p>
      {long && (
        <button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Show less' : 'Show more'}
        </button>
      )}
    </div>
  );
}
