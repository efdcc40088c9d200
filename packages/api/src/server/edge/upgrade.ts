import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Takes over a connection after `Upgrade: NAME`. It writes the answer too: `101 Switching Protocols`, or a refusal. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
