import type { Clock } from './clock';
import type { Disposable } from './disposable';

const LOOK_EVERY_MS = 10_000;
/** A look that comes so much too late says that the machine slept, not that it was busy. */
const SLEPT_MS = 20_000;

/** Calls `onWake` when the machine has slept: a timer came much later, by the clock on the wall, than it should have. */
export function watchForSleep(clock: Clock, onWake: () => void): Disposable {
  let timer: Disposable;
  const look = () => {
    const due = clock.now() + LOOK_EVERY_MS;
    timer = clock.setTimeout(() => {
      if (clock.now() - due > SLEPT_MS) onWake();
      look();
    }, LOOK_EVERY_MS);
  };
  look();
  return { dispose: () => timer.dispose() };
}
