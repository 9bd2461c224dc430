const MOST_LINES = 12;
const NETWORK =
  /\b(ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPROTO|ERR_SOCKET_TIMEOUT|CERT_\w+|SELF_SIGNED\w*|E401|E403|E407|E5\d\d)\b/;

/**
 * What `npm` says about its own failure: the lines it marks as errors, without its manual page and its stacks, and the
 * step that mends it.
 * @param {string} output
 * @returns {{ reason: string, next: string }}
 */
export function npmFailure(output) {
  const marked = output.split(/\r?\n/).flatMap((line) => /^npm (?:error|ERR!)(.*)$/.exec(line)?.[1] ?? []);
  const lines = marked.map((line) => line.trim()).filter((line) => line !== '' && !/^(at |A complete log )/.test(line));
  const manual = lines.findIndex((line) => line === 'Clean install a project' || line === 'Usage:');
  const reason = (manual === -1 ? lines : lines.slice(0, manual)).slice(0, MOST_LINES).join('\n');
  return { reason: reason || lastLines(output), next: nextStep(reason) };
}

function lastLines(output) {
  const lines = output.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.slice(-MOST_LINES).join('\n');
}

function nextStep(reason) {
  if (/\bEUSAGE\b/.test(reason) && /\bin sync\b/.test(reason)) {
    return 'package.json and package-lock.json do not fit each other. Take back the change to package.json (git diff package.json package-lock.json shows it), or run npm install to bring the lock file up to date.';
  }
  if (/\bEUSAGE\b/.test(reason))
    return 'restore package-lock.json (git checkout package-lock.json), then run it again.';
  if (/\bEINTEGRITY\b/.test(reason)) return 'run npm cache clean --force, then run it again.';
  if (/\b(EACCES|EPERM)\b/.test(reason)) return 'make this folder writable for you, then run it again.';
  if (/\bENOSPC\b/.test(reason)) return 'free some disk space, then run it again.';
  if (NETWORK.test(reason)) return 'check the network, the proxy and the npm registry (npm ping), then run it again.';
  return 'mend what npm names above, then run it again.';
}
