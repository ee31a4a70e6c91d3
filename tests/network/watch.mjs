// Preloaded (`node --import`) into a program and, through NODE_OPTIONS, into every process that it starts: whatever wants to leave this machine
// is written to the file that UNROLL_TEST_NETWORK names, and refused. Everything in Node that talks goes through one of these doors:
// sockets (http, https, fetch and WebSocket open them), datagrams, and names that are looked up.
import dgram from 'node:dgram';
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const report = /** @type {string} */ (process.env.UNROLL_TEST_NETWORK);
appendFileSync(report, 'watched\n');

const here = new Set([undefined, '', 'localhost', '127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** @param {string} what @param {unknown} where */
function refuse(what, where) {
  appendFileSync(report, `${what} ${String(where)}\n`);
  throw new Error(`${what} ${String(where)}: no request may leave this machine.`);
}

const { connect } = net.Socket.prototype;
/** @this {net.Socket} @param {any[]} args options, or a path, or a port and a host; from inside Node all of it as one array */
function watchedConnect(...args) {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  // A path is a socket or pipe of this machine.
  const host = typeof first === 'object' ? (first.path ? undefined : first.host) : isNaN(first) ? undefined : second;
  if (typeof host !== 'function' && !here.has(host)) refuse('connect', host);
  return Reflect.apply(connect, this, args);
}
Object.assign(net.Socket.prototype, { connect: watchedConnect });

Object.assign(dgram.Socket.prototype, {
  send: (/** @type {unknown[]} */ ...args) => refuse('datagram to', args.slice(1).join(' ')),
});

for (const owner of [dns, dns.promises])
  for (const name of Object.keys(owner)) {
    if (!/^(lookup|resolve|reverse)/.test(name)) continue;
    const original = /** @type {any} */ (owner)[name];
    /** @type {any} */ (owner)[name] = (/** @type {unknown[]} */ ...args) =>
      here.has(/** @type {any} */ (args[0])) ? original.apply(owner, args) : refuse(name, args[0]);
  }
syncBuiltinESMExports();
