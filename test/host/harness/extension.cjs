// Runs the bundled suite with mocha inside the extension host and writes a report. What to run stands in harness.json.
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

exports.activate = () => {
  process.setSourceMapsEnabled(true);
  const { report, mocha, suite, timeoutMs } = JSON.parse(readFileSync(join(__dirname, 'harness.json'), 'utf8'));
  const finished = run(mocha, join(__dirname, suite), timeoutMs)
    .catch((error) => ({
      passed: 0,
      failed: 1,
      tests: [{ title: 'The suite could not be loaded', state: 'failed', error: textOf(error) }],
    }))
    .then((value) => {
      // The runner waits for this name to appear: it must be whole then.
      writeFileSync(`${report}.part`, JSON.stringify(value, null, 2));
      renameSync(`${report}.part`, report);
      return value;
    });
  return { finished };
};

async function run(mochaModule, suiteFile, timeout) {
  const { default: Mocha } = await import(pathToFileURL(mochaModule).href);
  const tests = [];
  const notes = [];
  globalThis.hostSuite = { note: (line) => notes.push(String(line)) };
  const mocha = new Mocha({ ui: 'tdd', timeout, reporter: reporterInto(tests) });
  mocha.suite.emit('pre-require', globalThis, suiteFile, mocha);
  require(suiteFile);
  await new Promise((resolve) => mocha.run(resolve));
  const count = (state) => tests.filter((test) => test.state === state).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped'), tests, notes };
}

function reporterInto(tests) {
  return class {
    constructor(runner) {
      const add = (state) => (test, error) =>
        tests.push({ title: test.fullTitle(), state, durationMs: test.duration, error: error && textOf(error) });
      runner.on('pass', add('passed'));
      runner.on('fail', add('failed'));
      runner.on('pending', add('skipped'));
    }
  };
}

function textOf(error) {
  return String(error?.stack ?? error);
}
