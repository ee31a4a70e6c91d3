import { describe } from 'vitest';
import { testTokenInput } from '../suites/token-input.ts';
import { dawn, webgpu } from './device.ts';

describe.skipIf(!dawn)('webgpu', () => testTokenInput(webgpu));
