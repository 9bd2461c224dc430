import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { equalJson } from '../../forms/equalJson';
import type { BlockView, LogLine, ResultView, RunningView, RunView } from '../../shared/toolPanel';
import { History, RunAgain } from './history';
import type { Host } from './host';
import { Icon } from './icons';
import { Block, parsedJson, Truncated } from './resultsBlocks';
import { Failure } from './resultsFailure';
import { OutputProblem, Structured } from './resultsStructured';
import { durationText, sizeText, timeText } from './text';

/** Beyond it a result is for the editor. */
const MAX_DRAWN_BLOCKS = 2_000;

interface ResultsProps {
  readonly host: Host;
  readonly runs: readonly RunView[];
  readonly running: readonly RunningView[];
  readonly now: number;
  /** Above all runs. */
  readonly children?: ComponentChildren;
}

/** Newest on top; earlier runs are folded. */
export function Results({ host, runs, running, now, children }: ResultsProps) {
  // The same elements are not drawn again: a key in the form leaves the results alone.
  const cards = useMemo(
    () => <Cards host={host} runs={runs} running={running} now={now} />,
    [host, runs, running, now],
  );
  return (
    <section class="results" aria-label="Results" id="results" tabIndex={-1}>
      {children}
      {cards}
    </section>
  );
}

function Cards({ host, runs, running, now }: ResultsProps) {
  return (
    <>
      {running.length === 0 && runs.length === 0 && <p class="empty">The result appears here.</p>}
      {running.map((run) => (
        <RunningCard key={run.id} host={host} run={run} now={now} />
      ))}
      {runs.map((run, index) => (
        <RunCard
          key={run.id}
          host={host}
          run={run}
          newest={index === 0 && running.length === 0}
          busy={running.length > 0}
        />
      ))}
      <History host={host} shown={new Set(runs.map(({ id }) => id))} busy={running.length > 0} />
    </>
  );
}

function RunningCard({ host, run, now }: { host: Host; run: RunningView; now: number }) {
  const [lines, setLines] = useState(run.log ?? []);
  useEffect(
    () =>
      host.onMessage((message) => {
        if (message.type === 'log' && message.id === run.id) setLines(message.lines);
      }),
    [host, run.id],
  );
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
      <Log lines={lines} open />
    </article>
  );
}

/** What the server reported while the call ran, newest last. */
function Log({ lines, open }: { lines: readonly LogLine[]; open: boolean }) {
  if (lines.length === 0) return null;
  return (
    <details class="log" open={open}>
      <summary>Log of the server ({lines.length})</summary>
      {lines.some(({ shared }) => shared) && (
        <p class="about">Several calls ran at the same time: some of these lines may be about another one.</p>
      )}
      <ul>
        {lines.map(({ level, text }, index) => (
          <li key={`${index}`}>
            <span class="facts">{level}</span> {text}
          </li>
        ))}
      </ul>
    </details>
  );
}

function RunCard({ host, run, newest, busy }: { host: Host; run: RunView; newest: boolean; busy: boolean }) {
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
          {run.member !== undefined && ` · ${run.member}`}
          <span class="at">{timeText(run.at)}</span>
        </span>
      </summary>
      {outcome.status === 'failed' ? (
        <Failure host={host} id={run.id} failed={outcome} busy={busy} />
      ) : (
        <ResultBody host={host} id={run.id} result={outcome.result} busy={busy} />
      )}
      <Log lines={run.log ?? []} open={false} />
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

function ResultBody({ host, id, result, busy }: { host: Host; id: string; result: ResultView; busy: boolean }) {
  const [raw, setRaw] = useState(false);
  const { structured, structuredCut, output } = result;
  const onOpen = () => host.post({ type: 'openInEditor', id });
  const onSave = () => host.post({ type: 'saveAs', id });
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
        {!result.isForFile && (
          <button type="button" class="quiet" onClick={onOpen}>
            <Icon name="openEditor" />
            Open in editor
          </button>
        )}
        <button type="button" class="quiet" onClick={onSave}>
          <Icon name="save" />
          Save as…
        </button>
        <RunAgain host={host} id={id} busy={busy} />
      </div>
      {result.truncated && <Truncated isForFile={result.isForFile === true} onOpen={onOpen} onSave={onSave} />}
      {raw ? (
        <pre class="block code">{result.raw}</pre>
      ) : (
        <>
          <Blocks host={host} id={id} result={result} />
          {structured !== undefined && <Structured value={structured} cut={structuredCut} output={output} />}
          {structured === undefined && output && 'problem' in output && <OutputProblem problem={output.problem} />}
          {result.blocks.length === 0 && structured === undefined && (
            <p class="empty">The tool answered without content.</p>
          )}
        </>
      )}
    </div>
  );
}

/** The blocks that are here, and the next ones on request: the host sends them part by part. */
function Blocks({ host, id, result }: { host: Host; id: string; result: ResultView }) {
  const [blocks, setBlocks] = useState(result.blocks);
  const total = result.totalBlocks ?? result.blocks.length;
  useEffect(
    () =>
      host.onMessage((message) => {
        if (message.type !== 'blocks' || message.id !== id) return;
        setBlocks((known) => (known.length === message.from ? [...known, ...message.blocks] : known));
      }),
    [host, id],
  );
  return (
    <>
      {blocks.map((block, index) =>
        repeats(block, result) ? null : <Block key={`${index}`} host={host} id={id} index={index} block={block} />,
      )}
      {blocks.length < total && (
        <p class="notice">
          {blocks.length} of {total} blocks are shown.
          {blocks.length < MAX_DRAWN_BLOCKS && (
            <button type="button" class="link" onClick={() => host.post({ type: 'more', id, from: blocks.length })}>
              Show more
            </button>
          )}
        </p>
      )}
    </>
  );
}

/** A text block that says the same as the structured content, as the specification asks servers to send it. */
function repeats(block: BlockView, { structured, structuredCut }: ResultView): boolean {
  if (block.type !== 'text' || structured === undefined || structuredCut || block.cut) return false;
  const parsed = parsedJson(block.text);
  return parsed !== undefined && equalJson(parsed, structured);
}
