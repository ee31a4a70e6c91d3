/**
 * The API of src/api/contract.ts over what this host has: Electron's MessagePort, or a WebSocket to the server that served
 * the page. A channel that drops is opened again; calls made meanwhile wait for it.
 */
import { createORPCClient } from '@orpc/client';
import type { ClientLink } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract, ImportSource } from '../../api/contract.ts';
import type { GenerateEvent, GenerateRequest } from '../../api/types.ts';
import { PORT_MESSAGE } from '../../preload/bridge.ts';
import type { ClassFolder } from './class-folder.ts';
import { m } from './messages.ts';

export type Api = ContractRouterClient<Contract>;

/** What asking a trained model takes of it. An exported page answers these calls itself. */
export interface AskApi {
  readonly runs: Pick<Api['runs'], 'modelInput' | 'predict'> & {
    generate(
      input: { readonly id: string; readonly options: GenerateRequest },
      options: { readonly signal: AbortSignal },
    ): Promise<AsyncIterable<GenerateEvent>>;
  };
}

export type ConnectionState = 'connecting' | 'open' | 'lost';

/** What the workspace needs of a host. */
export interface Connection {
  readonly api: Api;
  /** Calls back at once with the state and then whenever it changes; returns how to stop. */
  onState(callback: (state: ConnectionState) => void): () => void;
  /** Makes a chosen or dropped file readable for main: its path, or an upload. `progress` gets a share from 0 to 1. */
  offer(file: File, progress: (share: number) => void, signal: AbortSignal): Promise<ImportSource>;
  /** The same for a folder: its path, or an upload of each of its files. */
  offerFolder(folder: ClassFolder, progress: (share: number) => void, signal: AbortSignal): Promise<ImportSource>;
}

type Link = ClientLink<Record<never, never>>;

/** One open channel, and how to notice that it has closed. */
interface Channel {
  readonly link: Link;
  readonly closed: Promise<void>;
}

/** Milliseconds before the n-th new attempt; the last one repeats. */
const delays = [100, 250, 500, 1000, 2000, 3000];

/** Keeps one channel open and gives calls to it. */
class Reconnecting implements Link {
  #open: () => Promise<Channel>;
  #current: Promise<Link>;
  #resolve!: (link: Link) => void;
  #state: ConnectionState = 'connecting';
  #listeners = new Set<(state: ConnectionState) => void>();

  constructor(open: () => Promise<Channel>) {
    this.#open = open;
    this.#current = this.#waiting();
    void this.#keepOpen();
  }

  onState(callback: (state: ConnectionState) => void): () => void {
    this.#listeners.add(callback);
    callback(this.#state);
    return () => this.#listeners.delete(callback);
  }

  async call(...args: Parameters<Link['call']>): Promise<unknown> {
    const signal = args[2].signal;
    const link = await abortable(this.#current, signal);
    return link.call(...args);
  }

  async #keepOpen(): Promise<never> {
    for (let failures = 0; ;) {
      try {
        const channel = await this.#open();
        failures = 0;
        this.#resolve(channel.link);
        this.#become('open');
        await channel.closed;
        this.#current = this.#waiting();
      } catch {
        failures++;
      }
      this.#become('lost');
      await new Promise((resolve) => setTimeout(resolve, delays[Math.min(failures, delays.length - 1)]));
    }
  }

  #waiting(): Promise<Link> {
    return new Promise((resolve) => (this.#resolve = resolve));
  }

  #become(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function openSocket(): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const url = new URL('/rpc', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const websocket = new WebSocket(url);
    const closed = new Promise<void>((close) => websocket.addEventListener('close', () => close(), { once: true }));
    websocket.addEventListener('open', () => resolve({ link: new SocketLink({ websocket }), closed }), { once: true });
    void closed.then(() => reject(new Error('The server did not answer.')));
  });
}

function openPort(bridge: NonNullable<Window['unroll']>): Promise<Channel> {
  return new Promise((resolve) => {
    const receive = (event: MessageEvent) => {
      const port = event.ports[0];
      if (event.source !== window || event.data !== PORT_MESSAGE || !port) return;
      window.removeEventListener('message', receive);
      const closed = new Promise<void>((close) => port.addEventListener('close', () => close(), { once: true }));
      const link = new PortLink({ port });
      port.start();
      resolve({ link, closed });
    };
    window.addEventListener('message', receive);
    bridge.connect();
  });
}

/** Connects this page to its host. */
export function connect(): Connection {
  const bridge = window.unroll;
  const link = new Reconnecting(bridge ? () => openPort(bridge) : openSocket);
  return {
    api: createORPCClient<Api>(link),
    onState: (callback) => link.onState(callback),
    offer: (file, progress, signal) => {
      const path = bridge?.pathForFile(file);
      return path ? Promise.resolve({ type: 'path', path }) : upload(file, progress, signal);
    },
    offerFolder: (folder, progress, signal) => {
      const path = bridge && folderPath(folder, bridge);
      return path ? Promise.resolve({ type: 'path', path }) : uploadFolder(folder, progress, signal);
    },
  };
}

/** Its own path where it was dropped, else that of the folder which its files are in. */
function folderPath({ handle, files }: ClassFolder, bridge: NonNullable<Window['unroll']>): string {
  const own = handle ? bridge.pathForFile(handle) : '';
  return own || (files[0] ? bridge.pathForFile(files[0]).replace(/[\\/][^\\/]*$/, '') : '');
}

/** Sends the files of a folder, one after the other. */
async function uploadFolder(
  { name, files }: ClassFolder,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<ImportSource> {
  const total = Math.max(
    1,
    files.reduce((sum, file) => sum + file.size, 0),
  );
  const sent: { upload: string; name: string }[] = [];
  let before = 0;
  for (const file of files) {
    const ticket = await upload(file, (share) => progress((before + share * file.size) / total), signal);
    sent.push({ upload: ticket.upload, name: file.name });
    before += file.size;
  }
  return { type: 'uploads', name, files: sent };
}

/** Sends a file's bytes to the serve host, which answers `{"upload": "<ticket>"}`, or refuses with a sentence. */
function upload(
  file: File,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Extract<ImportSource, { type: 'upload' }>> {
  return new Promise((resolve, reject) => {
    // fetch() has no upload progress.
    const request = new XMLHttpRequest();
    request.open('POST', '/upload');
    request.upload.addEventListener('progress', (event) => progress(event.loaded / Math.max(1, file.size)));
    request.addEventListener('load', () => {
      if (request.status === 200) {
        const { upload: ticket } = JSON.parse(request.responseText) as { upload: string };
        resolve({ type: 'upload', upload: ticket, name: file.name });
      } else {
        reject(new Error(request.responseText || m.corpora.uploadRefused(request.status)));
      }
    });
    request.addEventListener('error', () => reject(new Error(m.corpora.uploadLost)));
    const cancel = () => {
      request.abort();
      reject(signal.reason);
    };
    if (signal.aborted) return cancel();
    signal.addEventListener('abort', cancel, { once: true });
    request.send(file);
  });
}
