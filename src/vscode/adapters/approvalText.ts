import type { ApprovalRequest } from '../../core/ports';
import type { Translate } from '../localize';
import { manyLines, oneLine } from '../plainText';

/** A longer line does not fit a dialog, and nobody should approve what they cannot see in full. */
const MAX_LINE = 2000;

/** Whether a dialog can show all of what a server runs or contacts. */
export function isShownWhole({ summary, details }: ApprovalRequest): boolean {
  return [shownWhole(summary), ...details.map(shownWhole)].every((line) => line.length <= MAX_LINE);
}

/** What an approval dialog shows under its question: each command or URL in full, with its details. */
export function approvalDetail(requests: readonly ApprovalRequest[], t: Translate): string {
  const blocks = requests.map(({ serverName, summary, details }) => {
    const name = requests.length > 1 ? [`${oneLine(serverName, 80)}:`] : [];
    const lines = [summary, ...details].map(shownWhole);
    return [...name, ...lines].join('\n');
  });
  blocks.push(t('Allow only what you know: a server can do whatever you can do. A changed entry asks again.'));
  return blocks.join('\n\n');
}

/** A character may be shown as `\u{…}`, ten times as long; it is never left out. */
function shownWhole(text: string): string {
  return manyLines(text, Number.POSITIVE_INFINITY).replaceAll('\n', '\\u{a}');
}
