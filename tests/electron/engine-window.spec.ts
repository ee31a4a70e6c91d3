/** The hidden window with the engine: as locked down as the one that people see, and gone with it. */
import { expect, test } from './app.ts';

test('devices of the graphics processor are asked for in a window that is never shown', async ({ desktop }) => {
  const { app, page } = await desktop.open();
  const hidden = app.windows().find((one) => one.url().endsWith('/engine.html'));
  const engine = hidden ?? (await app.waitForEvent('window', (one) => one.url().endsWith('/engine.html')));
  const state = await app.evaluate(({ BrowserWindow }) => {
    const found = BrowserWindow.getAllWindows().find((one) => one.webContents.getURL().endsWith('/engine.html'))!;
    const contents = found.webContents as Electron.WebContents & { getLastWebPreferences(): Electron.WebPreferences };
    return { visible: found.isVisible(), preferences: contents.getLastWebPreferences() };
  });
  expect(state.visible).toBe(false);
  expect(state.preferences).toMatchObject({
    ...{ contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true },
    backgroundThrottling: false,
  });
  const reach = await engine.evaluate(() => [typeof Reflect.get(globalThis, 'require'), typeof window.unroll]);
  expect(reach).toEqual(['undefined', 'undefined']);

  await page.getByRole('link', { name: 'Settings' }).click();
  const row = page.getByRole('row', { name: /^webgpu/ });
  await expect(row).toContainText(/available/);
  await expect(row).not.toContainText('could not be opened');
});
