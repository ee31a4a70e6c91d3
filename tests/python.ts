/**
 * Python beside the repository, for numbers computed by someone else. Tests that need it skip visibly where it is not there:
 *
 *     describe.skipIf(!python('torch'))('as PyTorch', () => { … askPython('torch', script, input) … });
 */
import { spawnSync } from 'node:child_process';

const found = new Map<string, string | undefined>();

/** A Python that has this module; undefined where there is none. */
export function python(module: string): string | undefined {
  if (!found.has(module)) {
    const script = `import importlib.util, sys; sys.exit(importlib.util.find_spec("${module}") is None)`;
    const works = (name: string) => spawnSync(name, ['-c', script], { stdio: 'ignore' }).status === 0;
    found.set(module, ['/usr/bin/python3', 'python3', 'python'].find(works));
  }
  return found.get(module);
}

/** What a script prints as JSON, given `input` as JSON on its standard input. @throws Error with what it said */
export function askPython(module: string, script: string, input: unknown): unknown {
  const { status, stdout, stderr } = spawnSync(python(module)!, [script], {
    input: JSON.stringify(input, (_key, value: unknown) =>
      ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value,
    ),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${script}: ${stderr}`);
  return JSON.parse(stdout) as unknown;
}
