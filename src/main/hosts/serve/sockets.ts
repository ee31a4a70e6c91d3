/** The API over WebSockets: upgrades that passed the guard, payload limits, back-pressure, and sockets that died quietly. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type AnyRouter, onError } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import { type WebSocket, WebSocketServer } from 'ws';

/** A socket that has not answered a ping for this long is gone (a laptop that went to sleep, a dropped tunnel). */
const pingEveryMs = 30_000;
/** How long a page may take to hang up when the server closes. */
const hangUpMs = 1_000;

export interface Sockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Tells every page that the server is going away, and waits a moment for them to hang up. */
  close(): Promise<void>;
}

/**
 * @param router the app's calls
 * @param maxPayload bytes of one message; a longer one closes its socket with code 1009
 * @param reportError unexpected errors, which the page only sees as "internal error"
 */
export function serveSockets(router: AnyRouter, maxPayload: number, reportError: (error: unknown) => void): Sockets {
  const handler = new RPCHandler(router, { interceptors: [onError(reportError)] });
  const server = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });
  const answering = new WeakSet<WebSocket>();

  const timer = setInterval(() => {
    for (const socket of server.clients) {
      if (!answering.has(socket)) socket.terminate();
      answering.delete(socket);
      socket.ping();
    }
  }, pingEveryMs);
  timer.unref();

  server.on('connection', (socket) => {
    answering.add(socket);
    socket.on('pong', () => answering.add(socket));
    socket.on('error', () => socket.terminate());
    void handler.upgrade({
      addEventListener: socket.addEventListener.bind(socket),
      // Done when the message has left: a slow page slows its streams down instead of filling our memory. A socket that is
      // gone says so by its 'close', which ends what it carried; until that event has had its turn, nothing goes on.
      send: (data: Parameters<WebSocket['send']>[0]) =>
        new Promise<void>((resolve) => socket.send(data, (error) => (error ? setImmediate(resolve) : resolve()))),
    });
  });

  return {
    upgrade: (request, socket, head) =>
      server.handleUpgrade(request, socket, head, (webSocket) => server.emit('connection', webSocket, request)),
    async close() {
      clearInterval(timer);
      for (const socket of server.clients) socket.close(1001, 'Unroll is closing.');
      const impatience = setTimeout(() => server.clients.forEach((socket) => socket.terminate()), hangUpMs);
      await new Promise<void>((resolve) => server.close(() => resolve()));
      clearTimeout(impatience);
    },
  };
}
