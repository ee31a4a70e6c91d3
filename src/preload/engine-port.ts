/** `data` of the message that brings the hidden window's page its port (see engine.ts beside this). Pure module. */
export const ENGINE_PORT_MESSAGE = 'unroll:engine-port';
