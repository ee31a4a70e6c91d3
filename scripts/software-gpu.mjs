// A GPU for the tests of machines that have none: SwiftShader, which Chromium brings with a Vulkan loader of its own.
import { existsSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { findBrowser } from './find-browser.mjs';

/**
 * What to add to a process's environment so that Dawn (the package `webgpu`) finds an adapter. Empty where there is a real GPU, where
 * somebody chose a driver, and where SwiftShader is not at hand: then tests that need an adapter are skipped.
 *
 * @returns {Record<string, string>}
 */
export function softwareGpu() {
  if (process.platform !== 'linux' || process.env.VK_DRIVER_FILES || hasGpu()) return {};
  const driver = folders()
    .map((folder) => join(folder, 'vk_swiftshader_icd.json'))
    .find((file) => existsSync(file));
  if (!driver) return {};
  return {
    VK_DRIVER_FILES: driver,
    LD_LIBRARY_PATH: [dirname(driver), process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter),
    XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? tmpdir(),
  };
}

function hasGpu() {
  return ['/dev/dri', '/dev/nvidia0', '/dev/dxg'].some((path) => existsSync(path));
}

/** Where a browser keeps its libraries: beside the program, which may be behind a link, or Debian's folder behind a script. */
function folders() {
  const browser = findBrowser();
  return [...(browser ? [dirname(realpathSync(browser))] : []), '/usr/lib/chromium'];
}
