/** `unroll COMMAND`: the app on a terminal. Says nothing on stdout but results; ends with 0, 1 (failure) or 2 (bad usage or input). */
import { buildProgram } from './cli/program.ts';
import { endingOf } from './cli/errors.ts';

// Whoever reads our output may stop reading: `unroll runs | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await buildProgram().parseAsync();
} catch (error) {
  const { code, message } = endingOf(error);
  if (message) process.stderr.write(message + '\n');
  process.exitCode = code;
}
