import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, toolEnvironment } from './root.mjs';

export const RESULTS = join(ROOT, 'test-results');

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {string[][]} commands Run one after the other; the stage fails where one does.
 * @property {'vitest' | 'playwright' | 'totals'} [report] How to read test-results/<name>.json, where it is a suite.
 * @property {number} deadlineMs The stage is ended and fails after that time.
 */

/** Runs one stage, its output into test-results/<name>.log. Never rejects. */
export async function runStage(stage) {
  const started = Date.now();
  const report = join(RESULTS, `${stage.name}.json`);
  rmSync(report, { force: true });
  let output = '';
  let ok = true;
  const log = createWriteStream(join(RESULTS, `${stage.name}.log`));
  const write = (chunk) => {
    log.write(chunk);
    output += chunk;
  };
  for (const command of stage.commands) {
    if (ok) ok = await runCommand(command, report, stage.deadlineMs - (Date.now() - started), write);
  }
  await new Promise((resolve) => log.end(resolve));
  const counts = stage.report === undefined ? { passed: 0, failed: 0 } : readReport(report, stage.report);
  // What broke outside of any test is a failure as well, and a suite without tests is not a pass.
  if (!ok && counts.failed === 0) counts.failed = 1;
  if (ok && stage.report !== undefined && counts.passed === 0 && counts.failed === 0) {
    write('\nNo test was run.\n');
    counts.failed = 1;
  }
  return { ...counts, ok: ok && counts.failed === 0, output, durationMs: Date.now() - started };
}

function runCommand([command, ...args], report, timeLeftMs, write) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: toolEnvironment({ PLAYWRIGHT_JSON_OUTPUT_FILE: report, FORCE_COLOR: '0', NO_COLOR: '1', CI: '1' }),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      shell: process.platform === 'win32',
    });
    const end = (ok) => {
      clearTimeout(timer);
      process.removeListener('SIGINT', interrupt);
      resolve(ok);
    };
    const timer = setTimeout(
      () => {
        write('\nThe stage took too long and was ended.\n');
        killGroup(child.pid);
      },
      Math.max(0, timeLeftMs),
    );
    const interrupt = () => killGroup(child.pid);
    process.once('SIGINT', interrupt);
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', write);
    child.once('error', (error) => {
      write(`${command}: ${error.message}\n`);
      end(false);
    });
    child.once('close', (code) => end(code === 0));
  });
}

function killGroup(pid) {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // Gone in the meantime.
  }
}

function readReport(file, kind) {
  if (!existsSync(file)) return { passed: 0, failed: 0 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  if (kind === 'vitest') {
    const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
    return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length };
  }
  if (kind === 'playwright') {
    const { expected, unexpected, flaky } = report.stats;
    return { passed: expected + flaky, failed: unexpected };
  }
  return { passed: report.passed, failed: report.failed };
}
