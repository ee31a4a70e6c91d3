import { testLayers } from '../suites/layers.ts';
import { tensorflow } from './device.ts';

testLayers(tensorflow);
