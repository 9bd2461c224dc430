import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';

/** Of `vscode.window`, what tells whether the person is there. */
export interface WindowFocus {
  readonly state: { readonly focused: boolean };
  readonly onDidChangeWindowState: (listener: (state: { readonly focused: boolean }) => void) => Disposable;
}

/** Shorter looks elsewhere are no absence. */
const AWAY_MS = 10_000;

/** Calls `onReturn` when the person comes back to this window: the machine may have slept meanwhile. */
export function watchReturn(window: WindowFocus, clock: Clock, onReturn: () => void): Disposable {
  let leftAt = window.state.focused ? undefined : clock.now();
  return window.onDidChangeWindowState(({ focused }) => {
    if (!focused) {
      leftAt ??= clock.now();
      return;
    }
    const isLong = leftAt !== undefined && clock.now() - leftAt >= AWAY_MS;
    leftAt = undefined;
    if (isLong) onReturn();
  });
}
