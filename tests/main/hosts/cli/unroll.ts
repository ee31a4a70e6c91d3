/** Runs the command line as a process of its own, from the sources. */
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

const entry = resolve(import.meta.dirname, '../../../../src/main/hosts/cli.ts');

export interface Outcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  /** Resolves with everything printed so far once stdout or stderr matches; rejects if the process ends before. */
  printed(pattern: RegExp): Promise<string>;
  readonly ended: Promise<Outcome>;
}

const started = new Set<ChildProcess>();

/** Ends what a failed test left running, which would hold on to the workspace. */
export function endAll(): void {
  for (const child of started) child.kill('SIGKILL');
}

/** @param input what is piped in; null: nothing, and no terminal either */
export function start(
  args: readonly string[],
  environment: Record<string, string> = {},
  input: string | null = null,
): Running {
  const child = spawn(process.execPath, [entry, ...args], {
    stdio: [input === null ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', ...environment },
  });
  started.add(child);
  if (input !== null) child.stdin!.end(input);
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  const notify = () => watchers.forEach((watcher) => watcher());
  child.stdout!.setEncoding('utf8').on('data', (text: string) => ((stdout += text), notify()));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => ((stderr += text), notify()));
  const ended = new Promise<Outcome>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => {
      started.delete(child);
      done({ code, signal, stdout, stderr });
    });
  });
  const printed = (pattern: RegExp) =>
    new Promise<string>((found, fail) => {
      const look = () => {
        if (!pattern.test(stdout) && !pattern.test(stderr)) return;
        watchers.delete(look);
        found(stdout + stderr);
      };
      watchers.add(look);
      look();
      void ended.then(({ code }) =>
        fail(new Error(`ended with ${code} before printing ${pattern}:\n${stdout}\n${stderr}`)),
      );
    });
  return { process: child, printed, ended };
}

export const unroll = (...args: string[]): Promise<Outcome> => start(args).ended;

/** Every line of stdout as the JSON object that it must be. */
export function jsonLines({ stdout }: Outcome): Record<string, unknown>[] {
  if (stdout !== '' && !stdout.endsWith('\n')) throw new Error('the last line is not finished');
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const value: unknown = JSON.parse(line);
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw new Error(`not an object: ${line}`);
      return value as Record<string, unknown>;
    });
}
