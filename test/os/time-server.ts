import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface TimeServer extends AsyncDisposable {
  /** On loopback. */
  readonly port: number;
}

/** Seconds from 1900, when NTP begins, to 1970. */
const ERA = 2_208_988_800;
const PACKET_BYTES = 48;

/** An NTP server that knows the time of this machine (RFC 5905). */
export async function startTimeServer(): Promise<TimeServer> {
  const socket = createSocket('udp4');
  socket.on('message', (request, { address, port }) => {
    if (request.length >= PACKET_BYTES) socket.send(answer(request), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

function answer(request: Buffer): Buffer {
  const reply = Buffer.alloc(PACKET_BYTES);
  // No leap second, version 4, mode 4 (server); stratum 1; a precision of about a microsecond.
  reply.set([0x24, 1, request[2] ?? 6, 0xec]);
  reply.write('LOCL', 12, 'latin1');
  const now = Date.now() / 1000 + ERA;
  for (const at of [16, 32, 40]) {
    reply.writeUInt32BE(Math.floor(now) % 2 ** 32, at);
    reply.writeUInt32BE(Math.floor((now % 1) * 2 ** 32), at + 4);
  }
  // The transmit time of the client comes back as the origin.
  request.copy(reply, 24, 40, 48);
  return reply;
}
