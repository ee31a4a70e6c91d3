/** The drawings alone, one after the other: `drawing.html?only=luong+bahdanau&width=720&steps=500&layers=8&long=1&equations=1`. */
import '../../../src/renderer/app.css';
import '../../../src/renderer/lib/theme.svelte.ts';
import { mount } from 'svelte';
import Drawings from './Drawings.svelte';

const query = new URLSearchParams(location.search);
const target = document.getElementById('app');
if (!target) throw new Error('drawing.html has no element with the id "app".');

const numberOf = (name: string) => (query.has(name) ? Number(query.get(name)) : null);
mount(Drawings, {
  target,
  props: {
    only: query.get('only'),
    width: numberOf('width') ?? 720,
    steps: numberOf('steps'),
    layers: numberOf('layers'),
    long: query.get('long') === '1',
    equations: query.get('equations') === '1',
  },
});
