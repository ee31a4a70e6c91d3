import { testRecurrent } from '../suites/recurrent.ts';
import { tensorflow } from './device.ts';

testRecurrent(tensorflow);
