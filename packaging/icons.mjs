// Draws the program's icon (src/renderer/icon.svg) in the sizes and containers that the systems want, into packaging/icons.
// Run when the drawing has changed; what it writes is committed:  node packaging/icons.mjs
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { browserArgs, findBrowser } from '../scripts/find-browser.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const drawing = readFileSync(join(here, '..', 'src', 'renderer', 'icon.svg'), 'utf8');

/** Part of the square that the drawing fills: macOS wants air around a rounded square (824 of 1024 points). */
const macScale = 824 / 1024;

/** icns types of PNG images by their pixels: https://en.wikipedia.org/wiki/Apple_Icon_Image_format */
const icnsTypes = { 32: 'ic11', 64: 'ic12', 128: 'ic07', 256: 'ic08', 512: 'ic09', 1024: 'ic10' };
const icoSizes = [16, 24, 32, 48, 64, 128, 256];
const linuxSizes = [16, 32, 48, 64, 128, 256, 512];

const browser = await chromium.launch({ executablePath: findBrowser() ?? undefined, args: browserArgs });
const page = await browser.newPage();

/** The drawing as a PNG of `size` by `size` pixels. */
async function png(/** @type {number} */ size, scale = 1) {
  await page.setViewportSize({ width: size, height: size });
  const inner = size * scale;
  await page.setContent(
    `<style>body{margin:0;display:grid;place-items:center;height:${size}px;background:none}svg{width:${inner}px;height:${inner}px}</style>${drawing}`,
  );
  return page.screenshot({ omitBackground: true, clip: { x: 0, y: 0, width: size, height: size } });
}

/** @param {[number, Buffer][]} images by their size */
function ico(images) {
  const header = Buffer.alloc(6 + 16 * images.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(images.length, 4);
  let offset = header.length;
  images.forEach(([size, image], i) => {
    const at = 6 + 16 * i;
    header.writeUInt8(size % 256, at); // 0 says 256
    header.writeUInt8(size % 256, at + 1);
    header.writeUInt16LE(1, at + 4); // planes
    header.writeUInt16LE(32, at + 6); // bits of a pixel
    header.writeUInt32LE(image.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += image.length;
  });
  return Buffer.concat([header, ...images.map(([, image]) => image)]);
}

/** @param {[string, Buffer][]} images by their type */
function icns(images) {
  const chunk = (/** @type {string} */ type, /** @type {Buffer} */ data) => {
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32BE(8 + data.length, 4);
    return Buffer.concat([head, data]);
  };
  return chunk('icns', Buffer.concat(images.map(([type, image]) => chunk(type, image))));
}

try {
  const folder = join(here, 'icons');
  mkdirSync(join(folder, 'linux'), { recursive: true });
  for (const size of linuxSizes) writeFileSync(join(folder, 'linux', `${size}x${size}.png`), await png(size));
  const small = [];
  for (const size of icoSizes) small.push(/** @type {[number, Buffer]} */ ([size, await png(size)]));
  writeFileSync(join(folder, 'icon.ico'), ico(small));
  const mac = [];
  for (const [size, type] of Object.entries(icnsTypes))
    mac.push(/** @type {[string, Buffer]} */ ([type, await png(Number(size), macScale)]));
  writeFileSync(join(folder, 'icon.icns'), icns(mac));
} finally {
  await browser.close();
}
