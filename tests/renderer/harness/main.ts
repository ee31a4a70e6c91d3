/** The real App over an in-memory API. The page's query says what is in it: `?runs=1000&corpora=3&task=all&train=1&fail=list`. */
import '../../../src/renderer/app.css';
import '../../../src/renderer/lib/theme.svelte.ts';
import { mount } from 'svelte';
import App from '../../../src/renderer/App.svelte';
import type { Task } from '../../../src/engine/model/spec.ts';
import { FakeHost } from './fake-host.ts';

const query = new URLSearchParams(location.search);
const target = document.getElementById('app');
if (!target) throw new Error('index.html has no element with the id "app".');

const host = new FakeHost({
  runs: Number(query.get('runs') ?? 5),
  corpora: Number(query.get('corpora') ?? 3),
  task: (query.get('task') as Task | 'all' | null) ?? 'language-model',
  classes: Number(query.get('classes') ?? 18),
  data: query.get('data') === '1',
  measured: query.get('measured') !== '0',
  train: query.get('train') === '1',
  fail: query.get('fail'),
  slow: query.get('slow') === '1',
});
mount(App, { target, props: { connection: host } });
