import { testSequenceLayers } from '../suites/sequence-layers.ts';
import { tensorflow } from './device.ts';

testSequenceLayers(tensorflow);
