import { useEffect, useLayoutEffect, useReducer, useState } from 'preact/hooks';
import { ArgumentsPane } from './argumentsPane';
import { Header } from './header';
import type { Host } from './host';
import { ShownQuestion } from './question';
import type { Questions } from './questions';
import { Results } from './results';
import { useResultsInView } from './resultsInView';
import { RunBar } from './runBar';
import { SavedCalls } from './savedCalls';
import type { ToolSession } from './session';

const TICK_MS = 100;

interface AppProps {
  readonly session: ToolSession;
  readonly questions: Questions;
  readonly host: Host;
}

export function App({ session, questions, host }: AppProps) {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  // Before the first picture: the host's answer is on its way while that is drawn.
  useLayoutEffect(() => {
    session.onChange = () => draw(undefined);
    questions.onChange = () => draw(undefined);
    const stop = host.onMessage((message) => session.receive(message));
    const save = () => session.save();
    window.addEventListener('pagehide', save);
    const runByKey = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      // Held on after an answer, or until the run is over.
      if (event.repeat) return;
      // A name that is being typed is taken first.
      if (document.activeElement instanceof HTMLElement && 'name' in document.activeElement.dataset) {
        document.activeElement.dispatchEvent(new FocusEvent('blur'));
      }
      void session.run();
    };
    document.addEventListener('keydown', runByKey);
    host.post({ type: 'ready' });
    return () => {
      stop();
      window.removeEventListener('pagehide', save);
      document.removeEventListener('keydown', runByKey);
    };
  }, [session, questions, host]);
  const isRunning = session.runs.running.length > 0;
  const now = useNow(isRunning);
  useResultsInView(isRunning);
  if (!session.started) return null;
  return (
    <div class="app">
      <Header toolName={session.toolName} tool={session.tool} serverName={session.server.name} state={session.state} />
      <main class="body">
        <div class="form-pane">
          <div class="form-scroll">
            <SavedCalls session={session} host={host} />
            <ArgumentsPane session={session} />
          </div>
          {session.form && <RunBar session={session} questions={questions} host={host} now={now} />}
        </div>
        <Results host={host} runs={session.runs.finished} running={session.runs.running} now={now}>
          <ShownQuestion questions={questions} toolName={session.toolName} />
        </Results>
      </main>
      {/* Only what is new in it is read out. */}
      <div class="hidden" role="status" aria-live="polite" aria-atomic="false">
        <p>{session.announcement}</p>
        <p>{questions.announcement}</p>
        <p>{session.editor.hasError && 'The JSON in the editor has an error.'}</p>
      </div>
    </div>
  );
}

/** The time, moving on while something runs. */
function useNow(ticking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticking) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}
