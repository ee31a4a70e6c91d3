import { basename, isAbsolute } from 'node:path';
import { expect, test } from 'vitest';
import { defaultWorkspace, workspaceFromArguments } from '../../../src/main/hosts/default-workspace.ts';

test('UNROLL_WORKSPACE overrides the folder for programs’ data', () => {
  expect(defaultWorkspace({ UNROLL_WORKSPACE: '/somewhere' })).toBe('/somewhere');
  for (const environment of [{}, { UNROLL_WORKSPACE: '' }]) {
    expect(isAbsolute(defaultWorkspace(environment))).toBe(true);
    expect(basename(defaultWorkspace(environment))).toBe('workspace');
  }
});

test('an argument overrides both, whatever else Electron and Chromium put there', () => {
  const environment = { UNROLL_WORKSPACE: '/environment' };
  expect(workspaceFromArguments(['--inspect=0', '.', '--workspace', '/w', '--no-sandbox'], environment)).toBe('/w');
  expect(workspaceFromArguments(['--remote-debugging-port=0', '--workspace=/w'], environment)).toBe('/w');
  expect(workspaceFromArguments(['.', '--no-sandbox'], environment)).toBe('/environment');
  expect(workspaceFromArguments(['--workspace'], environment)).toBe('/environment');
});
