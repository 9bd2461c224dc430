import { useEffect, useRef } from 'preact/hooks';

/** How long after an answer what is drawn may still take its size. */
const SETTLE_MS = 1_000;

/** Brings the start of the results into view when a run begins, and holds it there while sizes settle, until the person acts. */
export function useResultsInView(isRunning: boolean): void {
  const release = useRef(() => {});
  useEffect(() => {
    if (isRunning) {
      release.current();
      release.current = held(document.getElementById('results'));
      return;
    }
    const timer = setTimeout(() => release.current(), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [isRunning]);
  useEffect(() => () => release.current(), []);
}

function held(results: HTMLElement | null): () => void {
  if (results === null) return () => {};
  const show = () => results.scrollIntoView({ block: 'start' });
  const sizes = new ResizeObserver(show);
  const acts = new AbortController();
  const release = () => {
    sizes.disconnect();
    acts.abort();
  };
  const { signal } = acts;
  for (const type of ['wheel', 'touchmove', 'pointerdown'])
    window.addEventListener(type, release, { signal, passive: true });
  // A key that is held began the run.
  window.addEventListener('keydown', ({ repeat }) => repeat || release(), { signal, capture: true });
  for (const part of document.querySelectorAll('.form-scroll, .form-scroll .part, .results')) sizes.observe(part);
  show();
  return release;
}
