/** Durations, sizes, times and outcomes as people read them. */
import type { RunView } from '../../shared/toolPanel';

export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`;
}

export function sizeText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  if (bytes < 1_024 * 1_024) return `${(bytes / 1_024).toFixed(1)} KiB`;
  return `${(bytes / (1_024 * 1_024)).toFixed(1)} MiB`;
}

export function timeText(at: number): string {
  return new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

export function plural(count: number, unit: string, units = `${unit}s`): string {
  return `${count} ${count === 1 ? unit : units}`;
}

/** Whether columns matter in this text: indentation, braces, tables. */
export function looksLikeCode(text: string): boolean {
  const lines = text
    .slice(0, 20_000)
    .split('\n')
    .filter((line) => line.trim() !== '');
  if (lines.length < 2) return false;
  const codeLike = lines.filter((line) =>
    /^(?:\t| {2,})\S|[{};]\s*$|^(?:```|@@ |[+-]\S)|^\s*(?:<\/?\w|#include|import |def |\||\w+\s*=\s)/.test(line),
  );
  return codeLike.length / lines.length >= 0.3;
}

/** For the live region. */
export function outcomeText({ outcome, durationMs }: RunView): string {
  if (outcome.status === 'failed' && outcome.kind === 'cancelled') return 'Cancelled.';
  if (outcome.status === 'failed') return `The call failed: ${outcome.message}`;
  const words = outcome.result.isError ? 'The tool answered with an error' : 'The tool answered';
  return `${words} after ${durationText(durationMs)}.`;
}
