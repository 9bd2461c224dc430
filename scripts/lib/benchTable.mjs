/** The rows of the measurements as people read them. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { ROOT } from './root.mjs';

const START = '<!-- Written by `npm run bench`, up to the end mark. -->';
const END = '<!-- The end of what `npm run bench` writes. -->';
const VERSIONS = ['@modelcontextprotocol/client', 'ws'];

/** Three digits, and no more of a number than it holds. */
const number = (value) => (value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
const ratioOf = ({ ratio }) => ratio.toFixed(2);

export function printTable(rows) {
  const lines = rows.map((row) => [
    `${row.ok ? '✓' : '✗'} ${ratioOf(row)}`,
    row.goal,
    String(number(row.ours)),
    String(number(row.other)),
    row.name,
  ]);
  const head = ['ratio', 'goal', 'ours', 'other', 'what'];
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column].length)));
  const text = (line) => line.map((cell, column) => cell.padEnd(widths[column])).join('  ');
  return [head, ...lines].map((line) => text(line).trimEnd()).join('\n');
}

/** Nothing that tells one machine from another of its kind. */
export function describeMachine() {
  const version = (name) => JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version;
  const cpus = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return [
    `${cpus[0]?.model.trim() ?? 'unknown processor'}, ${cpus.length} cores, ${memory} GB`,
    `${os.type()} ${os.release().split('.').slice(0, 2).join('.')} ${os.arch()}`,
    `Node ${process.versions.node}`,
    ...VERSIONS.map((name) => `${name} ${version(name)}`),
    new Date().toISOString().slice(0, 10),
  ].join(', ');
}

/** `document` with the table in the place of the one that is between the marks. */
export function withTable(document, { rows, machine }) {
  const [start, end] = [document.indexOf(START), document.indexOf(END)];
  if (start < 0 || end < start) throw new Error('The marks of the table are not in the document.');
  const line = (row) =>
    `| **${ratioOf(row)}** | ${row.goal} | ${row.ok ? 'yes' : 'no'} | ${row.name} | ${number(row.ours)} | ${number(row.other)} |`;
  const table = ['| ratio | goal | met | what | ours | other |', '|--:|---|---|---|--:|--:|', ...rows.map(line)];
  return `${document.slice(0, start)}${START}\n\n${machine}.\n\n${table.join('\n')}\n\n${document.slice(end)}`;
}
