/** Prints the report of one suite. */
export function printReport(name, { tests, notes = [] }) {
  console.log(`\n${name}`);
  for (const test of tests) {
    const mark = { passed: '✓', failed: '✗', skipped: '-' }[test.state];
    console.log(`  ${mark} ${test.title}${test.durationMs === undefined ? '' : ` (${test.durationMs} ms)`}`);
    if (test.error) console.log(test.error.replace(/^/gm, '      '));
  }
  for (const note of notes) console.log(`  ${note}`);
}
