import { describe, expect, it } from 'vitest';
import { PatchbayError } from '../../../../src/base/errors';
import { CallBreakers } from '../../../../src/core/calls/callBreakers';
import { ManualClock } from '../../../support/manualClock';

const slow = () => new PatchbayError('timeout', 'No answer.', { retryable: true });
const MOST = 500;

function setUp() {
  const clock = new ManualClock();
  const breakers = new CallBreakers({ clock, serverId: 's', describe: (error) => error as PatchbayError });
  const fail = (tool: string, times = 1) => {
    for (let i = 0; i < times; i += 1) breakers.enter(tool).ended(slow());
  };
  const pass = (tool: string) => breakers.enter(tool).succeeded();
  const others = (call: (tool: string) => void) => {
    for (let i = 0; i < MOST; i += 1) call(`made up ${i}`);
  };
  return { clock, breakers, fail, pass, others };
}

describe('CallBreakers with very many tools', () => {
  it.each(['answered', 'failed'])('has one for a tool that is called after all the others, which %s', (how) => {
    const { breakers, fail, pass, others } = setUp();
    others(how === 'failed' ? fail : pass);
    fail('real', 5);
    expect([...breakers.ofTools.keys()]).toEqual(['real']);
    expect(() => breakers.enter('real')).toThrow('too many calls');
  });

  it('drops none that is open, and counts on for one that fails while others pass', () => {
    const { breakers, fail, pass, others } = setUp();
    fail('open', 5);
    fail('real', 4);
    others(pass);
    fail('real');
    expect([...breakers.ofTools.keys()].toSorted()).toEqual(['open', 'real']);
  });

  it('drops the one that was called least lately', async () => {
    const { clock, breakers, fail, pass } = setUp();
    fail('a', 4);
    await clock.advance(1);
    fail('b', 4);
    for (let i = 0; i < MOST - 2; i += 1) fail(`made up ${i}`);
    breakers.enter('a').ended(new PatchbayError('cancelled', 'Enough.'));
    pass('new');
    fail('a');
    fail('b');
    expect([...breakers.ofTools.keys()]).toEqual(['a']);
  });
});
