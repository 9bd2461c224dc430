/** Functions that run in the page. */

/** Before anything else: notes when the first field has the focus, and when the picture with it is on the screen. */
export function watchOpening() {
  addEventListener(
    'focusin',
    ({ target }) => {
      if (globalThis.opening !== undefined || !target.matches('.field .input')) return;
      globalThis.opening = new Promise((resolve) => {
        const focused = performance.now();
        requestAnimationFrame(() => {
          // A message comes after the drawing that this frame does.
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve({ focused, seen: performance.now() });
          port2.postMessage(undefined);
        });
      });
    },
    true,
  );
}

/** Milliseconds from a key to the drawn and laid out form, for each of some keys. */
export async function typeKeys(keys) {
  const times = [];
  const input = document.querySelector('.field .input');
  for (let key = 0; key < keys; key++) {
    const before = performance.now();
    input.value += 'x';
    input.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await Promise.resolve();
    await Promise.resolve();
    document.body.getBoundingClientRect();
    times.push(performance.now() - before);
    // Long enough for the check of the whole form, which comes when the typing pauses.
    if (key % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return times;
}

/**
 * The longest that the page is busy, in milliseconds, in each of some pauses after a key that makes a number wrong or
 * right again: the check of the whole form, and the drawing of what it found.
 */
export async function checkPauses(pauses) {
  const longestTask = (ms) =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      const end = performance.now() + ms;
      let last = performance.now();
      let longest = 0;
      port1.onmessage = () => {
        const now = performance.now();
        longest = Math.max(longest, now - last);
        last = now;
        if (now > end) resolve(longest);
        else port2.postMessage(undefined);
      };
      port2.postMessage(undefined);
    });
  const times = [];
  const input = document.querySelector('.field.integer .input');
  for (let pause = 0; pause < pauses; pause++) {
    input.value = pause % 2 === 0 ? '-5' : '5';
    input.dispatchEvent(new InputEvent('input', { bubbles: true }));
    times.push(await longestTask(400));
  }
  return times;
}
