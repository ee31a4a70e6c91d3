/** The watch that every test of this folder runs under: it sees what leaves, and the app's own pages give it nothing to see. */
import { expect, test } from './app.ts';

test('every request of every screen goes to the app', async ({ app, page }) => {
  const asked = new Set<string>();
  page.on('request', (request) => asked.add(new URL(request.url()).origin));
  page.on('websocket', (socket) => asked.add(new URL(socket.url()).origin.replace('ws:', 'http:')));
  await page.goto(app.url);
  for (const name of ['Corpora', 'Runs', 'Compare', 'Try', 'Inside', 'Settings'])
    await page.getByRole('link', { name, exact: true }).first().click();
  await expect(page).toHaveURL(/settings/);
  expect([...asked]).toEqual([new URL(app.url).origin]);
});

test('a request to elsewhere is refused by the page itself', async ({ app, page }) => {
  await page.goto(app.url);
  const outcome = await page.evaluate(() =>
    fetch('https://example.com/').then(
      () => 'loaded',
      (error: Error) => error.name,
    ),
  );
  expect(outcome).toBe('TypeError');
});
