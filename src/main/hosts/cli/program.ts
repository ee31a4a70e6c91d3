/** The commands and their flags (docs/cli.md). What they do is in the modules beside this one, loaded when they are needed. */
import { Command, Option } from 'commander';
import { exportFormats, scriptKinds, type ExportFormat, type ScriptKind } from '../../../api/export.ts';
import { lossKinds } from '../../../api/import-curves.ts';
import type { Precision } from '../../../engine/kernels/precision.ts';
import { defaultWorkspace } from '../default-workspace.ts';
import { findLayout } from '../layout.ts';
import type { Client } from './app-session.ts';
import type { ImportCurvesFlags } from './import-curves.ts';
import type { ImportModelFlags } from './import-model.ts';
import { tasks } from '../../../engine/model/spec-fields.ts';
import { number, port } from './parse.ts';
import { addPredictFlags, type PredictFlags } from './predict-options.ts';
import { Terminal } from './terminal.ts';
import { addTrainFlags, type TrainFlags } from './train-flags.ts';
import type { GenerateFlags } from './use.ts';

interface CommonFlags {
  readonly workspace: string;
  readonly json?: boolean;
}

type Look = (client: Client, terminal: Terminal) => Promise<void>;

export function buildProgram(): Command {
  const program = new Command('unroll')
    .description('Train, compare and use recurrent networks on your own data, on your own machine.')
    .version(findLayout().version)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help lists what there is)');

  const add = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option('--workspace <dir>', 'folder of corpora and runs (or UNROLL_WORKSPACE)', defaultWorkspace())
      .option('--json', 'one JSON object a line on stdout, and nothing else');

  addTrainFlags(
    add('train <file>', 'Import a file (or a folder of files named by class) and train a network on it.'),
  ).action(async (file: string, flags: TrainFlags & CommonFlags) => {
    const { train } = await import('./train.ts');
    await train(file, flags, flags.workspace, new Terminal(flags.json ?? false));
  });

  add('resume <run>', 'Go on with a run from its last checkpoint.')
    .option('--device <name>', 'on another device than before; the numbers then go on closely, not bit for bit')
    .action(async (run: string, flags: { device?: string } & CommonFlags) => {
      const { resume } = await import('./train.ts');
      await resume(run, flags.device ?? null, flags.workspace, new Terminal(flags.json ?? false));
    });

  program.commandsGroup('Look:');
  add('runs', 'List the runs.').action(async (flags: CommonFlags) => {
    const { listRuns, noRuns } = await import('./look.ts');
    const { workspaceExists } = await import('./app-session.ts');
    if (workspaceExists(flags.workspace)) await looking(flags, listRuns);
    else new Terminal(flags.json ?? false).line(noRuns);
  });

  add('show <run>', 'Show everything about a run.').action(async (run: string, flags: CommonFlags) => {
    const { showRun } = await import('./look.ts');
    await looking(flags, (client, terminal) => showRun(client, run, terminal));
  });

  add('compare <run> <runs...>', 'Set two or more runs beside each other, with the settings that differ.').action(
    async (run: string, others: string[], flags: CommonFlags) => {
      const { compareRuns } = await import('./look.ts');
      await looking(flags, (client, terminal) => compareRuns(client, [run, ...others], terminal));
    },
  );

  program.commandsGroup('Use:');
  add('generate <run>', 'Write text with a trained run.')
    .option('--prompt <text>', 'text to go on from')
    .option('--length <n>', 'tokens to write (default: 500)', number)
    .option(
      '--temperature <x>',
      'below 1 bolder in its favourites, above 1 more surprising, 0 always the likeliest (default: 0.8)',
      number,
    )
    .option('--top-k <n>', 'choose among the k likeliest tokens only', number)
    .option('--top-p <x>', 'choose among the likeliest tokens that make up this probability', number)
    .option('--seed <n>', 'the same seed writes the same text (default: a new one each time)', number)
    .action(async (run: string, flags: GenerateFlags & CommonFlags) => {
      const { generate } = await import('./use.ts');
      await looking(flags, (client, terminal) => generate(client, run, flags, terminal));
    });

  addPredictFlags(add('predict <run>', 'Ask a trained run: classes, tags, translations, values, forecasts.')).action(
    async (run: string, flags: PredictFlags & CommonFlags) => {
      const { predict } = await import('./predict.ts');
      await looking(flags, (client, terminal) => predict(client, run, flags, terminal));
    },
  );

  add('export <run>', 'Save a trained model, or what was measured, in a format that other programs read.')
    .addOption(new Option('--format <name>', 'what to write').choices(exportFormats).default('safetensors'))
    .requiredOption('--out <path>', 'where: a folder, name.zip, or the file of a format that is one file')
    .action(async (run: string, flags: { format: ExportFormat; out: string } & CommonFlags) => {
      const { exportRun } = await import('./use.ts');
      await looking(flags, (client, terminal) => exportRun(client, run, flags, terminal));
    });

  add('script <run>', 'Print a run as the command that trains it again, or as a complete PyTorch program.')
    .addOption(new Option('--as <kind>', 'what to print').choices(scriptKinds).default('cli'))
    .option('--out <file>', 'write it to a file instead')
    .action(async (run: string, flags: { as: ScriptKind; out?: string } & CommonFlags) => {
      const { printScript } = await import('./script.ts');
      await looking(flags, (client, terminal) => printScript(client, run, flags, terminal));
    });

  add('share <run>', 'Save a run as one file that opens on another machine: settings, curves, samples, checkpoints.')
    .requiredOption('--out <file>', 'where to write it (name.unroll)')
    .action(async (run: string, flags: { out: string } & CommonFlags) => {
      const { shareRun } = await import('./share.ts');
      await looking(flags, (client, terminal) => shareRun(client, run, flags.out, terminal));
    });

  add('open <file>', 'Take in a run from such a file.').action(async (file: string, flags: CommonFlags) => {
    const { openShared } = await import('./share.ts');
    await looking(flags, (client, terminal) => openShared(client, file, terminal), false);
  });

  add('import-curves <file>', 'Take in curves that another program recorded (TensorBoard, CSV), to compare with.')
    .option('--name <text>', "the run's name (default: the file's)")
    .addOption(new Option('--loss <kind>', 'what the loss is of').choices(lossKinds))
    .option('--series <name=meaning...>', 'what a series means, where its name does not say')
    .action(async (file: string, flags: ImportCurvesFlags & CommonFlags) => {
      const { importCurves } = await import('./import-curves.ts');
      await looking(flags, (client, terminal) => importCurves(client, file, flags, terminal), false);
    });

  add('import-model <file>', 'Take in a model of another program: PyTorch, Keras, safetensors, or one exported here.')
    .option('--look', 'only say what it is')
    .option('--name <name>', 'of the run (default: the name of the file)')
    .option('--vocabulary <file>', 'its vocabulary: JSON, or one token a line (default: in the file, or beside it)')
    .option('--corpus <name>', 'a corpus, or a file, from which its vocabulary is learnt')
    .option('--way <way>', 'how: words, sorted-characters, characters; or printable, without a corpus (default: words)')
    .addOption(new Option('--task <task>', 'what it is for, where the file leaves that open').choices(tasks))
    .addOption(
      new Option('--activation <name>', 'of a vanilla RNN whose file does not say').choices([
        'tanh',
        'relu',
        'sigmoid',
      ]),
    )
    .addOption(new Option('--gates <order>', 'of an LSTM written by hand').choices(['ifog', 'ifgo']))
    .option('--labels <names>', 'of its classes or tags, separated by commas')
    .action(async (file: string, flags: ImportModelFlags & CommonFlags) => {
      const { importModel } = await import('./import-model.ts');
      await looking(flags, (client, terminal) => importModel(client, file, flags, terminal), false);
    });

  add('delete <run>', 'Delete a run with its curves and checkpoints.').action(
    async (run: string, flags: CommonFlags) => {
      const { deleteRun } = await import('./use.ts');
      await looking(flags, (client, terminal) => deleteRun(client, run, terminal), false);
    },
  );

  program.commandsGroup('This machine:');
  add('devices', 'List what this machine can compute on, and how fast.')
    .option(
      '--measure [devices...]',
      'time training steps first, about five seconds each (default: those that auto may choose); auto then decides by it',
    )
    .action(async ({ workspace, json, measure }: { measure?: true | string[] } & CommonFlags) => {
      const { listDevices, measureDevices } = await import('./devices.ts');
      const terminal = new Terminal(json ?? false);
      if (measure === undefined) await listDevices(workspace, terminal);
      else await measureDevices(measure === true ? [] : measure, workspace, terminal);
    });

  add('serve', 'Serve the app to a browser on this machine.')
    .option('--port <n>', 'port on 127.0.0.1; 0 takes any that is free (default: 8765, or any)', port)
    .option('--api', 'answer other programs too: text and predictions over HTTP (docs/api.md)')
    .action(async ({ workspace, json, ...flags }: { port?: number; api?: boolean } & CommonFlags) => {
      const { serve } = await import('../serve.ts');
      await serve({ workspace, port: flags.port ?? null, api: flags.api ?? false }, new Terminal(json ?? false));
    });

  add('bench', 'Time training steps and generation; one JSON line for each case.')
    .option('--device <name>', 'auto, or a name that `unroll devices` lists', 'auto')
    .addOption(precisionOption())
    .option('--case <id>', 'only this case; may be given more than once', (id: string, ids: string[] = []) => [
      ...ids,
      id,
    ])
    .option('--grid <file>', 'cases to time (default: those that come with the program)')
    .option('--profile', 'print where the time of a training step goes, by kernel')
    .action(async (flags: DeviceFlags & { case?: string[]; grid?: string; profile?: boolean } & CommonFlags) => {
      const { bench } = await import('./bench.ts');
      const { device, precision, case: cases = [], grid = null, profile = false } = flags;
      await bench({ device, precision, cases, grid, profile }, new Terminal(true));
    });

  add('conformance <dir>', 'Check a device against golden fixtures; one JSON line for each.')
    .option('--device <name>', 'auto, or a name that `unroll devices` lists', 'auto')
    .addOption(precisionOption())
    .action(async (folder: string, flags: DeviceFlags & CommonFlags) => {
      const { conformance } = await import('./conformance.ts');
      await conformance(folder, flags.device, flags.precision, new Terminal(true));
    });

  return program;
}

/** What commands compute on that open a device themselves. */
interface DeviceFlags {
  readonly device: string;
  readonly precision: Precision;
}

const precisionOption = () =>
  new Option('--precision <kind>', 'mixed: weights are multiplied as f16, with --device webgpu')
    .choices(['float32', 'mixed'])
    .default('float32');

/** Commands that need no more than to read the workspace work while another Unroll has it open. */
async function looking(flags: CommonFlags, look: Look, readOnly = true): Promise<void> {
  const { withApp } = await import('./app-session.ts');
  await withApp({ workspace: flags.workspace, readOnly }, (client) => look(client, new Terminal(flags.json ?? false)));
}
