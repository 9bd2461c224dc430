import { useState } from 'preact/hooks';
import type { RunOutcome } from '../../shared/toolPanel';
import { RunAgain } from './history';
import type { Host } from './host';
import { Icon } from './icons';
import { Truncated } from './resultsBlocks';

interface FailureProps {
  readonly host: Host;
  /** Of the run. */
  readonly id: string;
  readonly failed: Extract<RunOutcome, { status: 'failed' }>;
  readonly busy: boolean;
}

/** A call that failed; where the server answered with an error of the protocol, that as it came. */
export function Failure({ host, id, failed, busy }: FailureProps) {
  const { message, fault } = failed;
  const [raw, setRaw] = useState(fault?.hasData === true);
  const onOpen = () => host.post({ type: 'openInEditor', id });
  const onSave = () => host.post({ type: 'saveAs', id });
  return (
    <div class="card-body">
      <p class="failure">{message}</p>
      <div class="toolbar">
        {fault && (
          <>
            <button type="button" class="toggle" aria-pressed={raw} onClick={() => setRaw(!raw)}>
              Raw JSON
            </button>
            <button type="button" class="quiet" onClick={() => host.post({ type: 'copy', id })}>
              <Icon name="copy" />
              Copy
            </button>
            <button type="button" class="quiet" onClick={onOpen}>
              <Icon name="openEditor" />
              Open in editor
            </button>
          </>
        )}
        <RunAgain host={host} id={id} busy={busy} />
        {fault && <span class="facts">Code {fault.code}</span>}
      </div>
      {fault && raw && (
        <>
          {fault.isCut && <Truncated isForFile={false} onOpen={onOpen} onSave={onSave} />}
          <pre class="block code">{fault.raw}</pre>
        </>
      )}
    </div>
  );
}
