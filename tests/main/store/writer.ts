/** A process of its own that records training steps as fast as they come and says which, until it is killed. */
import { openStore } from '../../../src/main/store/store.ts';
import { sampleSteps } from './samples.ts';

const store = openStore(process.argv[2]!);
const run = store.runs.get('r')!;
let step = store.metrics.last(run.key)?.step ?? 0;

setInterval(() => {
  const steps = sampleSteps(step + 1, step + 5);
  step += 5;
  store.addSteps(run, steps);
  // Now and then something that must not be lost: a checkpoint.
  if (step % 500 === 0) {
    store.write(() => store.checkpoints.put(run.key, { kind: 'last', step, file: `step-${step}` }));
    process.send!({ step, at: Date.now(), checkpoint: step });
  } else {
    process.send!({ step, at: Date.now() });
  }
}, 5);
