// How the desktop app becomes installers. `npm run pack` in this folder runs it (pack.mjs); docs/releasing.md says the rest.

/** A page about the program, which deb and rpm packages must name. */
const homepage =
  process.env.UNROLL_HOMEPAGE ??
  (process.env.GITHUB_REPOSITORY ? `https://github.com/${process.env.GITHUB_REPOSITORY}` : undefined);

/** Where updates are looked for when a person asks; without it the app knows of no place and has no menu entry for it. */
const feed = process.env.UNROLL_UPDATE_FEED;
if (feed && !feed.startsWith('https://'))
  throw new Error(`UNROLL_UPDATE_FEED is "${feed}", and must begin with https://.`);

/**
 * Electron's fuses: what the binary itself can be made to do. Nothing in Unroll starts the binary as Node: engine processes are utility
 * processes, which need no RunAsNode.
 */
export const electronFuses = {
  runAsNode: false,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableCookieEncryption: true,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  // Pages come from app://, none from file://.
  grantFileProtocolExtraPrivileges: false,
};

/** electron-builder's Configuration: https://www.electron.build/configuration */
export default {
  appId: 'app.unroll',
  productName: 'Unroll',
  copyright: 'Copyright © The Unroll authors',
  extraMetadata: { homepage },
  directories: { output: 'build/installers', buildResources: 'packaging' },
  artifactName: '${productName}-${version}-${os}-${arch}.${ext}',
  electronFuses,
  electronLanguages: ['en-US'],

  asar: true,
  // better-sqlite3 ships its binaries for every system; nothing is compiled while packaging.
  npmRebuild: false,
  // What the app loads and nothing else. The command line and the module are for a clone, which has Node; `webgpu` is Dawn for Node, and in
  // Electron Chromium computes; the pinned Nodes are for a clone too.
  files: [
    'package.json',
    'LICENSE',
    'resources/**',
    'out/**',
    '!out/types{,/**}',
    '!out/main/{cli,library}.js',
    '!out/.stamp',
    '!**/*.map',
    '!node_modules/{webgpu,node-*}{,/**}',
    '!node_modules/{better-sqlite3,zod}/{deps,src}{,/**}',
    // Both processors' binaries of this system: the halves of a universal app must hold the same files.
    '!node_modules/better-sqlite3/prebuilds/!(${platform}-*).node',
  ],
  // Where src/engine/kernels/native/load.ts looks in a packaged app: compiled for this system and processor (docs/releasing.md).
  extraResources: [{ from: 'build/addons/${platform}-${arch}', to: 'native' }],

  fileAssociations: [
    {
      ext: 'unroll',
      name: 'Unroll run',
      description: 'A run shared by Unroll',
      mimeType: 'application/x-unroll',
      role: 'Viewer',
    },
  ],
  publish: feed ? { provider: 'generic', url: feed } : null,

  win: {
    target: ['nsis', 'portable'].map((target) => ({ target, arch: ['x64', 'arm64'] })),
    icon: 'packaging/icons/icon.ico',
  },
  nsis: {
    oneClick: false,
    allowToChangeInstallationDirectory: true,
    buildUniversalInstaller: false,
    // Runs are the person's: they stay when the program goes.
    deleteAppDataOnUninstall: false,
    artifactName: '${productName}-${version}-${os}-${arch}-setup.${ext}',
  },
  portable: {
    buildUniversalInstaller: false,
    artifactName: '${productName}-${version}-${os}-${arch}-portable.${ext}',
  },

  mac: {
    target: [{ target: 'dmg', arch: ['universal'] }],
    icon: 'packaging/icons/icon.icns',
    category: 'public.app-category.developer-tools',
    hardenedRuntime: true,
    entitlements: 'packaging/entitlements.mac.plist',
    entitlementsInherit: 'packaging/entitlements.mac.plist',
    notarize: Boolean(process.env.APPLE_API_KEY ?? process.env.APPLE_ID),
    // Each for one processor, and in both halves.
    x64ArchFiles: '**/better-sqlite3/prebuilds/darwin-*.node',
  },

  linux: {
    target: ['AppImage', 'deb', 'rpm'].map((target) => ({ target, arch: ['x64', 'arm64'] })),
    icon: 'packaging/icons/linux',
    category: 'Science',
    synopsis: 'Train recurrent networks on your own data, on your own machine',
    maintainer: 'The Unroll authors',
    executableName: 'unroll',
  },
};
