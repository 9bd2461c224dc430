import { expect, it } from 'vitest';
import { QuietRefresh } from '../../../../src/vscode/tree/quietRefresh';
import { ManualClock } from '../../../support/manualClock';

function rows() {
  const clock = new ManualClock();
  const drawn: string[] = [];
  const quiet = new QuietRefresh<string>(clock, (row) => {
    drawn.push(row);
    quiet.drawn(row);
  });
  return { clock, drawn, quiet };
}

it('draws a row at once that nobody points at', () => {
  const { drawn, quiet } = rows();
  quiet.redraw('a');
  expect(drawn).toEqual(['a']);
  expect(quiet.isRead('a')).toBe(false);
});

it('leaves a hover open long enough to be read, then draws its row once', async () => {
  const { clock, drawn, quiet } = rows();
  quiet.hoverWritten('a');
  await clock.advance(4000);
  for (let call = 0; call < 5; call++) quiet.redraw('a');
  quiet.redraw('b');
  await clock.advance(5999);
  expect([drawn, quiet.isRead('a'), quiet.hovered]).toEqual([['b'], true, ['a']]);
  await clock.advance(1);
  expect([drawn, quiet.isRead('a'), quiet.hovered]).toEqual([['b', 'a'], false, []]);
  await clock.advance(60_000);
  expect(drawn).toEqual(['b', 'a']);
});

it('has nothing left to draw where the row was drawn for another reason, or is gone', async () => {
  const { clock, drawn, quiet } = rows();
  quiet.hoverWritten('a');
  quiet.redraw('a');
  quiet.drawn('a');
  await clock.advance(60_000);
  expect([drawn, clock.pending]).toEqual([[], 0]);
  quiet.hoverWritten('a');
  quiet.redraw('a');
  quiet.dispose();
  await clock.advance(60_000);
  expect(drawn).toEqual([]);
});
