// The command line from a clone: npm run -s unroll -- COMMAND. Installs and builds first when that is needed.
import { bootstrap } from './bootstrap.mjs';
import { inRoot, runNode } from './tools.mjs';

async function main() {
  const installed = await bootstrap();
  if (installed !== 0) return installed;
  const { build } = await import('./build.mjs');
  const built = await build();
  if (built !== 0) return built;

  const args = process.argv.slice(2);
  // npm runs scripts in the package's folder; relative paths mean the folder the person is in.
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const { code } = await runNode([inRoot('out', 'main', 'cli.js'), ...args], { cwd });
  return code;
}

process.exitCode = await main();
