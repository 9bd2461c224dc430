import type { ApprovalRequest } from '../../core/ports';
import type { Translate } from '../localize';
import { manyLines, oneLine } from '../plainText';

/** What an approval dialog shows under its question: each command or URL in full, with its details. */
export function approvalDetail(requests: readonly ApprovalRequest[], t: Translate): string {
  const blocks = requests.map(({ serverName, summary, details }) => {
    const name = requests.length > 1 ? [`${oneLine(serverName, 80)}:`] : [];
    // A character may be shown as `\u{…}`, ten times as long; it is never left out.
    const lines = [manyLines(summary, Number.POSITIVE_INFINITY), ...details.map((line) => oneLine(line, 2000))];
    return [...name, ...lines].join('\n');
  });
  blocks.push(t('Allow only what you know: a server can do whatever you can do. A changed entry asks again.'));
  return blocks.join('\n\n');
}
