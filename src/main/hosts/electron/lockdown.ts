/** Applies policy.ts to the session and to every page, whoever opens it. */
import { app, dialog, type Session, shell, type WebContents } from 'electron';
import { externalLink, isOwnUrl, isPermitted, mayLoad } from './policy.ts';

export function lockDownSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, decide, details) =>
    decide(isPermitted(permission, details.requestingUrl)),
  );
  session.setPermissionCheckHandler((_contents, permission, origin, details) =>
    isPermitted(permission, details.requestingUrl ?? origin),
  );
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, decide) => decide({ cancel: !mayLoad(details.url) }));
}

export function lockDownPages(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-frame-navigate', (event) => {
      if (!isOwnUrl(event.url)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => {
      if (!isOwnUrl(event.url)) event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      void offerLink(contents, url);
      return { action: 'deny' };
    });
  });
}

/** Opens an allowed link in the person's browser, if they say so. */
async function offerLink(contents: WebContents, url: string): Promise<void> {
  const link = externalLink(url);
  if (link === null || contents.isDestroyed()) return;
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: 'Open this link in your browser?',
    detail: link,
    buttons: ['Open', 'Cancel'],
    defaultId: 0,
    cancelId: 1,
  });
  if (response === 0) await shell.openExternal(link);
}
