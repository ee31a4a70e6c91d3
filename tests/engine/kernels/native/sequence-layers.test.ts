import { testSequenceLayers } from '../suites/sequence-layers.ts';
import { createNative, targets } from './device.ts';

for (const name of targets) testSequenceLayers({ name, create: () => createNative(name, 2) });
