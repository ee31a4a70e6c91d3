/** Settings: the devices of this machine, a speed test, and what auto makes of it. */
import { expect, test } from './app.ts';
import { Person } from './person.ts';

test('a person measures the devices, and auto says which it takes and why', async ({ app, page }) => {
  test.setTimeout(180_000);
  await page.goto(app.url);
  await new Person(page).goTo('Settings');
  const row = (device: string) => page.getByRole('row', { name: new RegExp(`^${device}`) });
  await expect(row('reference')).toContainText('TypeScript, float64');
  await expect(row('wasm')).toContainText('not measured yet');

  await page.getByRole('button', { name: 'Measure the speed of wasm' }).click();
  await expect(page.getByRole('progressbar', { name: 'Measuring wasm' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(row('wasm')).toContainText('not measured yet');

  await page.getByRole('button', { name: 'Measure speed', exact: true }).click();
  await expect(
    row('wasm')
      .getByText(/^[\d.,]+ ms$/)
      .first(),
  ).toBeVisible({ timeout: 150_000 });
  await expect(page.getByText(/^Auto takes (native|wasm): [\d.,]+ ms a step/)).toBeVisible({ timeout: 60_000 });

  // It is kept.
  await page.reload();
  await expect(
    row('wasm')
      .getByText(/^[\d.,]+ ms$/)
      .first(),
  ).toBeVisible();
});
