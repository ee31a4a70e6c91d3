import { describe } from 'vitest';
import { testRecurrent } from '../suites/recurrent.ts';
import { dawn, webgpu } from './device.ts';

describe.skipIf(!dawn)('webgpu', () => testRecurrent(webgpu));
