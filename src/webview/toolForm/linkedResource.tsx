import type { ComponentChild } from 'preact';
import { useContext, useLayoutEffect, useReducer } from 'preact/hooks';
import type { LinkView } from '../../shared/linkedResources';
import type { BlockView } from '../../shared/toolPanel';
import type { Host } from './host';
import { Icon } from './icons';
import { LinksContext } from './links';

interface LinkedResourceProps {
  readonly host: Host;
  /** Of the run. */
  readonly id: string;
  readonly index: number;
  readonly title: string;
  /** Draws one part of the contents. */
  readonly draw: (id: string, index: number, block: BlockView) => ComponentChild;
}

const WORDS = { unread: 'Read', reading: 'Cancel', failed: 'Try again', read: 'Read again' } as const;

/** A resource that is only linked to: read on request, by the server that gave the link. */
export function LinkedResource({ host, id, index, title, draw }: LinkedResourceProps) {
  const links = useContext(LinksContext);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  // Before the next message: a panel that starts is told of its runs and at once of what was read.
  useLayoutEffect(() => links?.onChange(() => redraw(undefined)), [links]);
  const view = links?.view(id, index);
  const words = WORDS[view?.status ?? 'unread'];
  return (
    <div class="linked">
      {/* One button in all states, so that the focus stays. */}
      <button
        type="button"
        class="secondary small"
        aria-label={`${words} ${title}`}
        onClick={() => links?.toggle(id, index)}
      >
        {words}
      </button>
      {view?.status === 'reading' && <progress aria-label={`Reading ${title}`} />}
      {view?.status === 'failed' && (
        <p class="problem">
          <Icon name="error" />
          <span>{view.message}</span>
        </p>
      )}
      {view?.status === 'read' && (
        <div class="linked-contents">
          {view.blocks.length === 0 && <p class="empty">The resource is empty.</p>}
          {view.blocks.map((block, part) => (
            <div key={String(part)}>{draw(view.id, part, block)}</div>
          ))}
          {view.totalBlocks !== undefined && (
            <p class="notice">
              {view.blocks.length} of {view.totalBlocks} parts are shown.
              <button type="button" class="link" onClick={() => host.post({ type: 'openInEditor', id: view.id })}>
                Open all of it in an editor
              </button>
            </p>
          )}
        </div>
      )}
      <div class="hidden" aria-live="polite">
        {heard(view, title)}
      </div>
    </div>
  );
}

function heard(view: LinkView | undefined, title: string): string {
  switch (view?.status) {
    case 'reading':
      return `Reading ${title}.`;
    case 'failed':
      return `${title} could not be read: ${view.message}`;
    case 'read':
      return `${title} was read.`;
    default:
      return '';
  }
}
