/** Electron's security checklist (https://www.electronjs.org/docs/latest/tutorial/security), asked of the running app. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { expect, root, test } from './app.ts';

test('the page runs isolated, sandboxed and without Node', async ({ desktop }) => {
  const { app, page } = await desktop.open();
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]!.webContents as Electron.WebContents & {
      getLastWebPreferences(): Electron.WebPreferences;
    };
    return contents.getLastWebPreferences();
  });
  expect(preferences).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webSecurity: true,
  });
  const reach = await page.evaluate(() => ({
    origin: location.origin,
    require: typeof Reflect.get(globalThis, 'require'),
    process: typeof Reflect.get(globalThis, 'process'),
    bridge: Object.keys(window.unroll ?? {}).sort(),
  }));
  expect(reach).toEqual({
    origin: 'app://unroll',
    require: 'undefined',
    process: 'undefined',
    bridge: ['chooseFiles', 'chooseSavePath', 'connect', 'onCommand', 'onShowRun', 'pathForFile', 'setTheme'],
  });
});

test('scripts come from the app only, and nothing is loaded from elsewhere', async ({ desktop }) => {
  const { page } = await desktop.open();
  const outcome = await page.evaluate(async () => {
    const inline = document.createElement('script');
    inline.textContent = 'window.injected = true';
    document.head.append(inline);
    const load = (url: string) =>
      fetch(url).then(
        () => 'loaded',
        () => 'refused',
      );
    return {
      injected: Reflect.get(window, 'injected') === true,
      web: await load('https://example.com/'),
      file: await load('file:///etc/passwd'),
      outside: await fetch('app://unroll/..%2f..%2fpackage.json').then(({ status }) => status),
    };
  });
  expect(outcome).toEqual({ injected: false, web: 'refused', file: 'refused', outside: 404 });
});

test('the page cannot go elsewhere or open windows', async ({ desktop }) => {
  const { app, page } = await desktop.open();
  // A link that is not on the list must not even be asked about.
  await app.evaluate(({ dialog }) => {
    dialog.showMessageBox = () => Promise.reject(new Error('asked'));
  });
  const opened = await page.evaluate(() => window.open('https://example.com/') === null);
  expect(opened).toBe(true);
  await page.evaluate(() => {
    location.href = 'https://example.com/';
  });
  await expect.poll(() => page.evaluate(() => location.origin)).toBe('app://unroll');
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('a known link is opened only after asking', async ({ desktop }) => {
  const { app, page } = await desktop.open();
  const asked = app.evaluate(
    ({ dialog, shell }) =>
      new Promise<string>((resolve) => {
        shell.openExternal = () => Promise.reject(new Error('opened although the answer was no'));
        dialog.showMessageBox = ((options: Electron.MessageBoxOptions) => {
          resolve(options.detail ?? '');
          return Promise.resolve({ response: 1, checkboxChecked: false });
        }) as typeof dialog.showMessageBox;
      }),
  );
  await page.evaluate(() => window.open('https://arxiv.org/abs/1409.2329'));
  expect(await asked).toBe('https://arxiv.org/abs/1409.2329');
});

test('permissions are denied', async ({ desktop }) => {
  const { page } = await desktop.open();
  const states = await page.evaluate(async () => ({
    camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(
      () => 'granted',
      (error: Error) => error.name,
    ),
    notifications: await Notification.requestPermission(),
    location: (await navigator.permissions.query({ name: 'geolocation' })).state,
  }));
  expect(states.camera).not.toBe('granted');
  expect(states).toMatchObject({ notifications: 'denied', location: 'denied' });
});

test('a second start shows the first window and ends', async ({ desktop }) => {
  const { app } = await desktop.open();
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.minimize());
  const electron = createRequire(import.meta.url)('electron') as unknown as string;
  const second = spawn(electron, [root], { env: desktop.environment, stdio: 'ignore' });
  const code = await new Promise((resolve) => second.on('exit', resolve));
  expect(code).toBe(0);
  await expect
    .poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.isMinimized()))
    .toBe(false);
});
