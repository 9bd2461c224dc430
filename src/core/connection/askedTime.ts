import type { AskedTime } from './session';

/** The time of a call with what makes it longer: who made the call gave it, or its server has it. */
export function askedTime(timeoutMs: number, isOfCaller: boolean): AskedTime {
  const setting = isOfCaller
    ? 'the timeout of the call ("timeoutMs", in a terminal --timeout)'
    : '"timeouts.toolMs" or "tools.timeouts" of the server';
  return { timeoutMs, setting };
}
