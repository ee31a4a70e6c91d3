import './app.css';
import './lib/theme.svelte.ts';
import { mount } from 'svelte';
import App from './App.svelte';
import { connect } from './lib/client.ts';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no element with the id "app".');
mount(App, { target, props: { connection: connect() } });
