import { testTokenInput } from '../suites/token-input.ts';
import { tensorflow } from './device.ts';

testTokenInput(tensorflow);
