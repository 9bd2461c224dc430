import type { ToolView } from '../../src/shared/toolPanel';
import { expect, test } from './support/panel';

const DAYS: Partial<ToolView> = {
  name: 'plan',
  inputSchema: {
    type: 'object',
    properties: {
      days: {
        type: 'array',
        title: 'Days',
        description: 'When it runs.',
        uniqueItems: true,
        minItems: 2,
        items: {
          oneOf: [
            { const: 'mon', title: 'Monday' },
            { const: 'tue', title: 'Tuesday', description: 'Nobody is woken.' },
            { const: 'wed', title: 'Wednesday' },
          ],
        },
      },
      steps: { type: 'array', title: 'Steps', items: { type: 'string', title: 'Step' } },
      stages: {
        type: 'array',
        title: 'Stages',
        items: { type: 'object', properties: { size: { type: 'string', enum: 'abcdefg'.split('') } } },
      },
    },
  },
};

for (const theme of ['light', 'dark', 'highContrast'] as const) {
  test(`several of a few values are checked, in their order, and what is not listed stays: ${theme}`, async ({
    panel,
  }) => {
    const { page } = panel;
    await panel.open(DAYS, { theme, init: { args: { days: ['wed', 'noon'] } } });
    const group = page.getByRole('group', { name: 'Days' });
    await expect(group).toHaveAccessibleDescription(
      /When it runs\..*at least 2 items.*no item twice.*(?:one of|allowed)/,
    );
    const monday = group.getByRole('checkbox', { name: 'Monday' });
    await expect(monday).toBeFocused();
    await expect(group.getByRole('checkbox', { name: 'Wednesday' })).toBeChecked();
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await expect(group.getByRole('checkbox', { name: 'Tuesday' })).toBeChecked();
    const unknown = group.getByRole('checkbox', { name: /^noon/ });
    await expect(unknown).toBeChecked();
    await panel.screenshot(`checklist-${theme}`);
    await page.getByRole('button', { name: 'Run', exact: true }).press('Enter');
    await expect(page.getByRole('region', { name: 'Problems' })).toContainText('Days › Item 4');
    // The way from the list of problems leads to the group.
    await page.getByRole('region', { name: 'Problems' }).getByRole('button').first().press('Enter');
    await expect(monday).toBeFocused();
    await panel.expectSound();
    await unknown.press('Space');
    await expect(page.getByRole('status')).toHaveText('noon taken out of Days.');
    await expect(monday).toBeFocused();
    await page.keyboard.press('Control+Enter');
    expect((await panel.posted('run')).args).toEqual({ days: ['mon', 'tue', 'wed'] });
  });
}

test('a choice of several is left out again when nothing is checked', async ({ panel }) => {
  const { page } = panel;
  await panel.open(DAYS);
  await page.getByRole('checkbox', { name: 'Monday' }).press('Space');
  await expect(page.getByText('at least 2 items').last()).toBeVisible();
  await page.getByRole('checkbox', { name: 'Monday' }).press('Space');
  await page.keyboard.press('Control+Enter');
  expect((await panel.posted('run')).args).toEqual({});
});

test('Alt with an arrow moves the item with the focus in it, and says so', async ({ panel }) => {
  const { page } = panel;
  await panel.open(DAYS, { init: { args: { steps: ['a', 'b', 'c'], stages: [{ size: 'a' }, { size: 'b' }] } } });
  const steps = page.getByRole('group', { name: 'Steps' }).getByRole('textbox');
  await steps.nth(0).focus();
  await page.keyboard.press('Alt+ArrowDown');
  await expect(page.getByRole('status')).toHaveText('Moved to place 2 of 3.');
  await expect(steps.nth(1)).toBeFocused();
  await expect(steps.nth(1)).toHaveValue('a');
  await page.keyboard.press('Alt+ArrowDown');
  await page.keyboard.press('Alt+ArrowDown');
  await expect(page.getByRole('status')).toHaveText('Step 3 cannot be moved down.');
  await expect(steps.nth(2)).toBeFocused();
  await page.keyboard.press('Alt+ArrowUp');
  await expect(page.getByRole('status')).toHaveText('Moved to place 2 of 3.');
  await expect(steps.nth(1)).toBeFocused();
  await page.keyboard.type('!');
  // A list to choose from keeps the keys that open it.
  const sizes = page.getByRole('group', { name: 'Stages', exact: true }).getByRole('combobox', { name: 'size' });
  await sizes.nth(0).focus();
  await page.keyboard.press('Alt+ArrowDown');
  await page.keyboard.press('Escape');
  await expect(sizes.nth(0)).toHaveValue('0');
  const move = page.getByRole('button', { name: 'Move Item 1 down' });
  await expect(move).toHaveAttribute('aria-keyshortcuts', 'Alt+ArrowDown');
  await move.focus();
  await page.keyboard.press('Alt+ArrowDown');
  await page.keyboard.press('Control+Enter');
  expect((await panel.posted('run')).args).toEqual({
    steps: ['b', 'a!', 'c'],
    stages: [{ size: 'b' }, { size: 'a' }],
  });
});

test('Enter goes on with the next item, and a line break takes Shift+Enter', async ({ panel }) => {
  const { page } = panel;
  const { keyboard } = page;
  const properties = {
    tags: { type: 'array', minItems: 1, maxItems: 3, items: { type: 'string' } },
    sizes: { type: 'array', items: { type: 'integer' } },
    note: { type: 'string' },
  };
  await panel.open({ inputSchema: { type: 'object', required: ['tags'], properties } });
  await keyboard.press('Control+Enter');
  await expect(page.getByRole('region', { name: 'Problems' }).getByRole('button')).toHaveText([/tags › Item 1/]);
  const tags = page.getByRole('group', { name: 'tags' });
  await expect(tags.getByLabel('Item 1', { exact: true })).toBeFocused();
  await keyboard.press('Enter');
  await expect(tags.getByRole('textbox')).toHaveCount(1);
  await keyboard.type('one');
  await keyboard.press('Enter');
  await expect(tags.getByLabel('Item 2', { exact: true })).toBeFocused();
  await keyboard.type('three');
  await tags.getByLabel('Item 1', { exact: true }).focus();
  await keyboard.press('Enter');
  await expect(tags.getByLabel('Item 2', { exact: true })).toBeFocused();
  await keyboard.type('two');
  await keyboard.press('Enter');
  await expect(panel.status).toContainText('No more can be added to tags.');
  await keyboard.press('Shift+Enter');
  await keyboard.type('lines');
  await page.getByRole('button', { name: 'Add item to sizes' }).press('Enter');
  await keyboard.type('1');
  await keyboard.press('Enter');
  await keyboard.type('2');
  await page.getByRole('textbox', { name: 'note' }).focus();
  await keyboard.type('a');
  await keyboard.press('Enter');
  await expect(panel.status).toContainText('Shift+Enter begins a new line.');
  await keyboard.type('b');
  await keyboard.press('Shift+Enter');
  await keyboard.type('c');
  await keyboard.press('Enter');
  await keyboard.type('d');
  await keyboard.press('Control+Enter');
  const { args } = await panel.posted('run');
  expect(args).toEqual({ tags: ['one', 'two\nlines', 'three'], sizes: [1, 2], note: 'ab\nc\nd' });
});
