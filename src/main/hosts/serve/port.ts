/** Listening on the loopback address. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export const loopback = '127.0.0.1';

/** The port cannot be listened on; the message says which and what to do. */
export class PortUnavailable extends Error {
  override readonly name = 'PortUnavailable';
}

/**
 * Starts to listen and returns the port, which for 0 is any that is free.
 * @throws PortUnavailable
 */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explained(error, port)));
    server.listen({ port, host: loopback, exclusive: true }, resolve);
  });
  return (server.address() as AddressInfo).port;
}

function explained(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new PortUnavailable(
      `Port ${port} is in use by another program. Choose another with --port, or --port 0 for any that is free.`,
    );
  }
  if (error.code === 'EACCES') {
    return new PortUnavailable(`Port ${port} is reserved for the system. Choose one above 1023 with --port.`);
  }
  return error;
}
