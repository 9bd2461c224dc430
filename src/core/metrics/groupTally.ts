import type { ErrorKind } from '../../base/errors';
import { CallCounter, type Collected } from './callCounter';
import { METRICS } from './names';
import type { GroupCallNumbers, GroupNumbers } from './snapshot';

export interface GroupCallFacts {
  /** Id of the group. */
  readonly group: string;
  /** The member that the group gave the call to; undefined: the call as who made it saw it. */
  readonly member?: string;
  readonly durationMs: number;
  /** Undefined where there is a result. */
  readonly errorKind?: ErrorKind | undefined;
  /** Whether the result says `isError`. */
  readonly isError: boolean;
}

/** The calls of one group, and what came of them at each of its members. A call that went on to another member is one call. */
export class GroupTally {
  readonly #calls = new CallCounter();
  readonly #members = new Map<string, CallCounter>();

  record({ member, ...call }: GroupCallFacts, collect: Collected, at: number): void {
    const facts = { ...call, queueMs: 0 };
    if (member === undefined) this.#calls.record(facts, collect, at);
    else this.#counterOf(member).record(facts, collect, at);
  }

  numbers(group: string): GroupNumbers {
    return {
      group,
      ...shownOf(this.#calls),
      members: [...this.#members].map(([server, counter]) => ({ server, ...shownOf(counter) })),
    };
  }

  #counterOf(member: string): CallCounter {
    const counter = this.#members.get(member) ?? new CallCounter();
    this.#members.set(member, counter);
    return counter;
  }
}

/** What a group waits for, and the sizes, are counted at its members. */
function shownOf(counter: CallCounter): GroupCallNumbers {
  const { [METRICS.queueWait]: _, [METRICS.bytesIn]: __, [METRICS.bytesOut]: ___, ...shown } = counter.numbers();
  return shown;
}
