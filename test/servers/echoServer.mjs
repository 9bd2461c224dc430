/**
 * MCP over stdio without any SDK. Faults by flag:
 *   --page-size N        pages of tools/list
 *   --modern             speaks 2026-07-28
 *   --garbage            noise lines before and between messages
 *   --silent             reads everything, never answers
 *   --exit-at-once CODE  writes a line to stderr and exits
 *   --stderr-flood       20 000 lines on stderr at the start
 *   --split              writes in pieces of few bytes, through the middle of characters
 *   --merge              holds each message back and writes two in one chunk, with CRLF and blank lines
 *   --die-after N        exits with code 3 after N answers
 *   --ignore-sigterm     ignores SIGTERM and the end of stdin
 *   --grandchild         starts a sleeping process that holds the pipes; its pid goes to stderr as {"grandchild":PID}
 *   --no-discover-exit   exits when it gets server/discover, as some older servers do
 *   --reverse N          collects N calls and answers them last first
 *   --close-stdout       closes stdout at the first call and runs on
 */
import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseFlags } from './flags.mjs';
import { createJsonRpcServer } from './jsonRpcServer.mjs';

const flags = parseFlags(
  process.argv.slice(2),
  [
    'garbage',
    'silent',
    'stderr-flood',
    'split',
    'merge',
    'ignore-sigterm',
    'grandchild',
    'no-discover-exit',
    'close-stdout',
    'modern',
  ],
  ['page-size', 'exit-at-once', 'die-after', 'reverse'],
);

if (flags['exit-at-once'] !== undefined) {
  process.stderr.write('cannot read the settings\n');
  process.exit(Number(flags['exit-at-once']));
}
if (flags['stderr-flood']) {
  for (let line = 1; line <= 20_000; line++) process.stderr.write(`flood line ${line} ${'~'.repeat(100)}\n`);
}
if (flags['ignore-sigterm']) {
  process.on('SIGTERM', () => process.stderr.write('SIGTERM ignored\n'));
  setInterval(() => {}, 1000);
}
if (flags.grandchild) {
  const script = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); process.send("ready")';
  const child = spawn(process.execPath, ['-e', script], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  child.once('message', () => {
    process.stderr.write(`${JSON.stringify({ grandchild: child.pid })}\n`);
    child.disconnect();
    child.unref();
  });
}
if (flags.garbage) process.stdout.write('Server starting on stdio…\n[1,2,"not a message"]\n{"half": \n');

const splinters = [];
let writing = false;
const output = createOutput();
let answers = 0;
let collected = [];
const server = createJsonRpcServer({
  modern: flags.modern === true,
  pageSize: Number(flags['page-size'] ?? 0),
  crash: () => {
    throw new Error('crashed on purpose');
  },
  exit: (code) => process.exit(code),
});

createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
  .on('line', (line) => {
    if (line.trim() === '' || flags.silent) return;
    const message = JSON.parse(line);
    if (message.method === 'server/discover' && flags['no-discover-exit']) process.exit(1);
    if (message.method === 'tools/call' && flags['close-stdout']) {
      setInterval(() => {}, 1000);
      closeSync(1);
      return;
    }
    if (message.method === 'tools/call' && flags.reverse !== undefined) {
      collected.push(message);
      if (collected.length < Number(flags.reverse)) return;
      for (const call of collected.reverse()) server.handle(call, send);
      collected = [];
      return;
    }
    server.handle(message, send);
  })
  .on('close', () => {
    if (!flags['ignore-sigterm']) process.exitCode = 0;
  });

function send(message) {
  if (flags.garbage) process.stdout.write('DEBUG about to answer\n');
  output(JSON.stringify(message));
  if ('result' in message && ++answers === Number(flags['die-after'])) process.exit(3);
}

/** How a message gets to stdout: whole, in splinters, or two at once. */
function createOutput() {
  if (flags.split) {
    return (text) => {
      const bytes = Buffer.from(`${text}\n`);
      const step = bytes.length > 10_000 ? 1001 : 3;
      for (let at = 0; at < bytes.length; at += step) splinters.push(bytes.subarray(at, at + step));
      if (splinters.length > 0 && !writing) writeNext();
    };
  }
  if (flags.merge) {
    let held = [];
    return (text) => {
      held.push(text);
      const flush = () => {
        if (held.length > 0) process.stdout.write(`\r\n\n${held.join('\r\n')}\r\n`);
        held = [];
      };
      if (held.length === 1) setImmediate(() => setImmediate(flush));
    };
  }
  return (text) => process.stdout.write(`${text}\n`);
}

function writeNext() {
  const next = splinters.shift();
  writing = next !== undefined;
  if (next) process.stdout.write(next, () => setImmediate(writeNext));
}
