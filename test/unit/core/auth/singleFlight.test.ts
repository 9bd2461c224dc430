import { describe, expect, it } from 'vitest';
import { deferred } from '../../../../src/base/deferred';
import { type FlightWatcher, SingleFlight } from '../../../../src/core/auth/singleFlight';
import { settle } from '../../../support/manualClock';

describe('work that waits for a person', () => {
  it('tells all who wait for it, also those who come late', async () => {
    const flights = new SingleFlight();
    const answer = deferred<void>();
    let tell: FlightWatcher = () => {};
    const work = (_: AbortSignal, onPerson: FlightWatcher) => {
      tell = onPerson;
      onPerson(true);
      return answer.promise;
    };
    const told: string[] = [];
    const watch = (name: string) => (isForPerson: boolean) => void told.push(`${name} ${isForPerson}`);
    const first = flights.run('key', work, undefined, watch('first'));
    await settle();
    const second = flights.run('key', work, undefined, watch('second'));
    await settle();
    expect(told).toEqual(['first true', 'second true']);
    tell(false);
    expect(told.slice(2).sort()).toEqual(['first false', 'second false']);
    answer.resolve();
    await Promise.all([first, second]);
    expect(told).toHaveLength(4);
  });

  it('is over for who leaves', async () => {
    const flights = new SingleFlight();
    const told: boolean[] = [];
    const abort = new AbortController();
    const run = flights.run(
      'key',
      (_, onPerson) => {
        onPerson(true);
        return new Promise(() => {});
      },
      abort.signal,
      (isForPerson) => void told.push(isForPerson),
    );
    await settle();
    abort.abort();
    await expect(run).rejects.toMatchObject({ kind: 'cancelled' });
    expect(told).toEqual([true, false]);
  });
});
