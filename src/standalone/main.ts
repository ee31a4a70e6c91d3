/** The page of an exported model: reads it out of the document, and shows what can be asked. */
import './standalone.css';
import '../renderer/lib/theme.svelte.ts';
import { mount } from 'svelte';
import type { PageModel } from '../engine/export/html/page-model.ts';
import App from './App.svelte';
import { localApi } from './local-api.ts';

/** Takes a part out of the document, which need not hold it twice. */
function take(id: string): string {
  const element = document.getElementById(id);
  if (!element?.textContent) throw new Error(`This file has no part "${id}": it is not whole.`);
  element.remove();
  return element.textContent;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

const page = JSON.parse(take('model')) as PageModel;
const api = localApi(page, bytesOf(take('weights')));
mount(App, { target: document.getElementById('app')!, props: { page, api } });
