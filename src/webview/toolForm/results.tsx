import { useState } from 'preact/hooks';
import { equalJson } from '../../forms/equalJson';
import { formatJson, parseJsonText } from '../../forms/jsonText';
import type { JsonValue } from '../../shared/json';
import type { BlockView, ResultView, RunningView, RunView } from '../../shared/toolPanel';
import type { Host } from './host';
import { Icon } from './icons';
import { JsonTree } from './jsonTree';
import { durationText, looksLikeCode, sizeText, timeText } from './text';

interface ResultsProps {
  readonly host: Host;
  readonly runs: readonly RunView[];
  readonly running: readonly RunningView[];
  readonly now: number;
}

/** Newest on top; earlier runs are folded. */
export function Results({ host, runs, running, now }: ResultsProps) {
  return (
    <section class="results" aria-label="Results" id="results">
      {running.length === 0 && runs.length === 0 && <p class="empty">The result appears here.</p>}
      {running.map((run) => (
        <RunningCard key={run.id} run={run} now={now} />
      ))}
      {runs.map((run, index) => (
        <RunCard key={run.id} host={host} run={run} newest={index === 0 && running.length === 0} />
      ))}
    </section>
  );
}

function RunningCard({ run, now }: { run: RunningView; now: number }) {
  const { progress, total, message } = run.progress ?? {};
  const known = typeof progress === 'number' && typeof total === 'number' && total > 0;
  return (
    <article class="card running" aria-label="Running">
      <div class="card-head">
        <span class="status">Running</span>
        <span class="facts">{durationText(now - run.at)}</span>
      </div>
      {known ? (
        <progress aria-label="Progress" max={total} value={Math.min(progress, total)} />
      ) : (
        <progress aria-label="Progress" />
      )}
      {(known || message || progress !== undefined) && (
        <p class="progress-text">
          {known ? `${progress} of ${total}` : progress !== undefined ? `${progress}` : ''}
          {message && <span class="progress-message">{message}</span>}
        </p>
      )}
    </article>
  );
}

function RunCard({ host, run, newest }: { host: Host; run: RunView; newest: boolean }) {
  const { outcome } = run;
  const verdict = verdictOf(run);
  return (
    <details class={`card ${verdict.className}`} open={newest} key={newest ? 'newest' : 'earlier'}>
      <summary class="card-head">
        <Icon name="chevron" />
        <span class="status">
          <Icon name={verdict.icon} />
          {verdict.words}
        </span>
        <span class="facts">
          {durationText(run.durationMs)}
          {outcome.status === 'done' && ` · ${sizeText(outcome.result.bytes)}`}
          <span class="at">{timeText(run.at)}</span>
        </span>
      </summary>
      {outcome.status === 'failed' ? (
        <p class="failure">{outcome.message}</p>
      ) : (
        <ResultBody host={host} id={run.id} result={outcome.result} />
      )}
    </details>
  );
}

function verdictOf({ outcome }: RunView): { words: string; className: string; icon: 'check' | 'error' | 'warning' } {
  if (outcome.status === 'done') {
    return outcome.result.isError
      ? { words: 'Tool error', className: 'tool-error', icon: 'error' }
      : { words: 'Result', className: 'done', icon: 'check' };
  }
  return outcome.kind === 'cancelled'
    ? { words: 'Cancelled', className: 'cancelled', icon: 'warning' }
    : { words: `Failed: ${FAILURES[outcome.kind] ?? outcome.kind}`, className: 'failed', icon: 'error' };
}

const FAILURES: Readonly<Record<string, string>> = {
  connectionClosed: 'connection closed',
  transport: 'no connection',
  timeout: 'timed out',
  auth: 'not authorised',
  config: 'configuration',
  protocol: 'protocol error',
  tool: 'refused by the tool',
  limit: 'limit reached',
  security: 'refused for safety',
};

function ResultBody({ host, id, result }: { host: Host; id: string; result: ResultView }) {
  const [raw, setRaw] = useState(false);
  const { structured } = result;
  return (
    <div class="card-body">
      <div class="toolbar">
        <button type="button" class="toggle" aria-pressed={raw} onClick={() => setRaw(!raw)}>
          Raw JSON
        </button>
        <button type="button" class="quiet" onClick={() => host.post({ type: 'copy', id })}>
          <Icon name="copy" />
          Copy
        </button>
        <button type="button" class="quiet" onClick={() => host.post({ type: 'openInEditor', id })}>
          <Icon name="openEditor" />
          Open in editor
        </button>
      </div>
      {result.truncated && <p class="notice">Only the beginning is shown here. “Open in editor” shows all of it.</p>}
      {raw ? (
        <pre class="block code">{result.raw}</pre>
      ) : (
        <>
          {result.blocks.map((block, index) =>
            repeats(block, structured) ? null : (
              <Block key={`${index}`} host={host} id={id} index={index} block={block} />
            ),
          )}
          {structured !== undefined && (
            <div class="block">
              <h3>Structured content</h3>
              <JsonTree value={structured} />
            </div>
          )}
          {result.blocks.length === 0 && structured === undefined && (
            <p class="empty">The tool answered without content.</p>
          )}
        </>
      )}
    </div>
  );
}

/** A text block that says the same as the structured content, as the specification asks servers to send it. */
function repeats(block: BlockView, structured: JsonValue | undefined): boolean {
  if (block.type !== 'text' || structured === undefined || block.cut) return false;
  const parsed = parsedJson(block.text);
  return parsed !== undefined && equalJson(parsed, structured);
}

function Block({ host, id, index, block }: { host: Host; id: string; index: number; block: BlockView }) {
  switch (block.type) {
    case 'text':
      return (
        <TextBlock
          text={block.text}
          cut={block.cut}
          onOpen={() => host.post({ type: 'openInEditor', id, block: index })}
        />
      );
    case 'image':
      return (
        <figure class="block media">
          <img alt={`Part ${index + 1} of the result`} src={`data:${block.mimeType};base64,${block.data}`} />
          <figcaption>
            {block.mimeType} · {sizeText((block.data.length * 3) / 4)}
          </figcaption>
        </figure>
      );
    case 'audio':
      return (
        <figure class="block media">
          {/* biome-ignore lint/a11y/useMediaCaption: a server's sound comes without captions */}
          <audio
            controls
            src={`data:${block.mimeType};base64,${block.data}`}
            aria-label={`Sound ${index + 1} of the result`}
          />
          <figcaption>
            {block.mimeType} · {sizeText((block.data.length * 3) / 4)}
          </figcaption>
        </figure>
      );
    case 'resource':
      return (
        <div class="block resource">
          <p class="resource-title">
            <strong>{block.title}</strong>
            {block.mimeType && <span class="facts">{block.mimeType}</span>}
            {block.blobBytes !== undefined && <span class="facts">{sizeText(block.blobBytes)}, binary</span>}
          </p>
          <code class="uri">{block.uri}</code>
          {block.description && <p class="about">{block.description}</p>}
          {block.text !== undefined && (
            <TextBlock
              text={block.text}
              cut={block.cut}
              onOpen={() => host.post({ type: 'openInEditor', id, block: index })}
            />
          )}
        </div>
      );
    case 'note':
      return <p class="block notice">{block.text}</p>;
  }
}

function TextBlock({ text, cut, onOpen }: { text: string; cut: boolean; onOpen: () => void }) {
  const json = cut ? undefined : parsedJson(text);
  const shown = json === undefined ? text : formatJson(json);
  const code = json !== undefined || looksLikeCode(text);
  return (
    <>
      {text === '' ? (
        <p class="block empty">(empty text)</p>
      ) : (
        <pre class={code ? 'block code' : 'block text'}>{shown}</pre>
      )}
      {cut && (
        <p class="notice">
          The text goes on.{' '}
          <button type="button" class="link" onClick={onOpen}>
            Open in editor
          </button>
        </p>
      )}
    </>
  );
}

/** Objects and arrays only: a bare number or word is text. What would not be shown as sent stays text as well. */
function parsedJson(text: string): JsonValue | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  const parsed = parseJsonText(text);
  return parsed.ok ? parsed.value : undefined;
}
