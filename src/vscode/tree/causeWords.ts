import type { ErrorInfo } from '../../core/connection/state';
import type { Translate } from '../localize';
import { oneLine } from '../plainText';

/** Why a connection was lost or could not be opened, short enough to stand behind a countdown. */
export function causeWords({ code, message }: ErrorInfo, t: Translate): string {
  switch (code) {
    case 'ECONNREFUSED':
      return t('connection refused');
    case 'ECONNRESET':
      return t('connection reset');
    case 'ETIMEDOUT':
      return t('no answer in time');
    default:
      return oneLine(firstSentence(message), 60);
  }
}

/** What happened, without the next step: that has its place in the row below and in the hover. */
export function firstSentence(message: string): string {
  const line = oneLine(message, 200);
  return oneLine(line.match(/^.*?(?=[.!?](\s|$))/)?.[0] ?? line, 80);
}
