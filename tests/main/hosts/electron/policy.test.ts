import { describe, expect, test } from 'vitest';
import {
  externalLink,
  isOwnUrl,
  isPermitted,
  isTrustedSender,
  mayLoad,
  pageUrl,
} from '../../../../src/main/hosts/electron/policy.ts';

const own = [pageUrl, 'app://unroll/index.html', 'app://unroll/index.html#/runs/1?x=y', 'app://unroll/assets/a.js'];
const foreign = [
  '',
  'about:blank',
  'app://other/',
  'app://unroll.evil.example/',
  'app://evil@unroll/',
  'http://unroll/',
  'https://evil.example/app://unroll/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,<script>',
  'blob:app://unroll/1',
];

describe('own pages', () => {
  test.each(own)('%s is ours', (url) => expect(isOwnUrl(url)).toBe(true));
  test.each(foreign)('%s is not', (url) => expect(isOwnUrl(url)).toBe(false));
});

describe('senders', () => {
  test('the top frame of our page is trusted, and nobody else', () => {
    expect(isTrustedSender({ url: pageUrl, parent: null })).toBe(true);
    expect(isTrustedSender({ url: pageUrl, parent: {} })).toBe(false);
    expect(isTrustedSender({ url: 'https://evil.example/', parent: null })).toBe(false);
    // The frame was gone before its message was read.
    expect(isTrustedSender(null)).toBe(false);
  });
});

describe('links', () => {
  test.each([
    ['https://github.com/karpathy/char-rnn', 'https://github.com/karpathy/char-rnn'],
    ['https://arxiv.org/abs/1409.2329', 'https://arxiv.org/abs/1409.2329'],
    ['https://www.d2l.ai', 'https://www.d2l.ai/'],
  ])('%s may be opened', (url, opened) => expect(externalLink(url)).toBe(opened));

  test.each([
    'http://github.com/',
    'https://github.com.evil.example/',
    'https://evilgithub.com/',
    'https://user:secret@github.com/',
    'https://github.com:8443/',
    'https://github.com@evil.example/',
    'file:///bin/sh',
    'smb://github.com/x',
    'ms-settings:',
    'javascript:alert(1)',
    'not an address',
  ])('%s may not', (url) => expect(externalLink(url)).toBeNull());
});

describe('permissions', () => {
  test('copying is allowed to our page, nothing else to anybody', () => {
    expect(isPermitted('clipboard-sanitized-write', pageUrl)).toBe(true);
    expect(isPermitted('clipboard-sanitized-write', 'https://evil.example/')).toBe(false);
    expect(isPermitted('clipboard-sanitized-write', undefined)).toBe(false);
    for (const permission of [
      'clipboard-read',
      'media',
      'geolocation',
      'notifications',
      'openExternal',
      'fileSystem',
      'hid',
    ]) {
      expect(isPermitted(permission, pageUrl), permission).toBe(false);
    }
  });
});

describe('loading', () => {
  test('only from the app: nothing leaves this machine', () => {
    for (const url of [...own, 'data:image/png;base64,', 'blob:app://unroll/1', 'devtools://devtools/bundled/a.js']) {
      expect(mayLoad(url), url).toBe(true);
    }
    for (const url of [
      'https://github.com/',
      'http://127.0.0.1/',
      'ws://127.0.0.1/',
      'file:///etc/passwd',
      'app://other/',
      '',
    ]) {
      expect(mayLoad(url), url).toBe(false);
    }
  });
});
