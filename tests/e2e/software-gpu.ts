/** Chromium with WebGPU on SwiftShader, which it brings: no graphics processor is needed. */
import { browserArgs, findBrowser } from '../../scripts/find-browser.mjs';

const executablePath = findBrowser();

/** For `test.use({ launchOptions })`. */
export const softwareGpu = {
  args: [
    ...browserArgs,
    '--enable-unsafe-webgpu',
    '--use-webgpu-adapter=swiftshader',
    '--enable-features=Vulkan',
    '--use-vulkan=swiftshader',
  ],
  ...(executablePath ? { executablePath } : {}),
};
