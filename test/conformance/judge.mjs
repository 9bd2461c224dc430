import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../../scripts/lib/root.mjs';

const run = promisify(execFile);
const FOLDER = 'test/conformance';
const CLIENT_TIMEOUT_MS = 30_000;
/** Beyond the time that the suite gives the client: its own start and end. */
const SPARE_MS = 15_000;

const cli = (suite) => join('node_modules', suite, 'dist', 'index.js');

/** Names of the client scenarios of a suite, or of those that a revision requires. */
export async function listScenarios(suite, requirements) {
  const { stdout } = await run(
    process.execPath,
    [cli(suite), 'list', ...(requirements ? ['--requirements', requirements] : [])],
    { cwd: ROOT },
  );
  const client = /^Client scenarios[^\n]*\n((?: {2}- [^\n]*\n?)*)/m.exec(stdout)?.[1] ?? '';
  return [...client.matchAll(/^ {2}- (\S+)/gm)].map(([, name]) => name);
}

/**
 * One scenario in a process of its own. The exit code of the suite says too little, so its checks are counted here.
 * @returns {Promise<{ ok: boolean, problems: string[], output: string }>}
 */
export async function judge({ suite, scenario, version, bridge }, folder) {
  mkdirSync(folder, { recursive: true });
  // The suite splits the command at spaces.
  const command = ['node', `${FOLDER}/${bridge ? 'bridge.mjs' : 'driver.mjs'}`, ...(bridge ? [bridge] : [])].join(' ');
  const options = ['--scenario', scenario, '--timeout', String(CLIENT_TIMEOUT_MS), '-o', folder];
  if (version) options.push('--spec-version', version);
  const { output, hung } = await run(process.execPath, [cli(suite), 'client', '--command', command, ...options], {
    cwd: ROOT,
    timeout: CLIENT_TIMEOUT_MS + SPARE_MS,
    maxBuffer: 64 * 1024 * 1024,
  }).then(
    ({ stdout, stderr }) => ({ output: stdout + stderr, hung: false }),
    ({ stdout, stderr, killed }) => ({ output: `${stdout}${stderr}`, hung: killed }),
  );
  writeFileSync(join(folder, 'output.txt'), output);
  const problems = count(readChecks(folder), output);
  if (hung) problems.unshift('The suite did not come to its end.');
  return { ok: problems.length === 0, problems, output };
}

/** The suite writes into a folder of its own, with the time in its name. */
function readChecks(folder) {
  const file = readdirSync(folder, { recursive: true }).find((name) => name.endsWith('checks.json'));
  return file === undefined ? [] : JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

function count(checks, output) {
  const problems = checks
    .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
    .map(({ status, id, errorMessage, description }) => `${status} ${id}: ${errorMessage ?? description}`);
  const exit = /^Client exited with code (-?\d+)/m.exec(output)?.[1];
  if (exit !== undefined) problems.push(`The driver ended with exit code ${exit}: ${lastLine(output)}`);
  if (/^Client timed out/m.test(output)) problems.push('The driver did not end.');
  if (!checks.some(({ status, id }) => status === 'SUCCESS' && id !== 'wire-schema-valid')) {
    problems.push('No check was passed.');
  }
  return problems;
}

/** The driver writes its error as the last thing but for the suite's own report. */
function lastLine(output) {
  return /^\w*Error: .*$/m.exec(output)?.[0] ?? 'see output.txt';
}
