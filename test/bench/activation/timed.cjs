// Stands before an extension's own main file and times what the editor's "Running Extensions" calls code loading and
// activation: both run on the extension host's one thread and hold up every other extension.
const loadStarted = performance.now();
const extension = require('./main.cjs');
const loadMs = performance.now() - loadStarted;

exports.activate = (context) => {
  const started = performance.now();
  const api = extension.activate(context);
  const activateMs = performance.now() - started;
  globalThis.activationTimes ??= {};
  globalThis.activationTimes[context.extension.id] = loadMs + activateMs;
  return api;
};
exports.deactivate = () => extension.deactivate?.();
