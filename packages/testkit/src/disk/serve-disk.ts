import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { isCapsuleError } from '@capsule/core';
import { servedDiskError } from './errors.ts';
import type { VolatileDisk } from './volatile-disk.ts';

/**
 * The network block device protocol, as far as QEMU needs it for a disk that can be read, written and
 * flushed: one export, simple replies.
 * https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md
 */
const GREETING = Buffer.from('NBDMAGICIHAVEOPT');
const OPTION_MAGIC = 'IHAVEOPT';
const FIXED_NEWSTYLE = 1;
const NO_ZEROES = 2;
const OPTION = { exportName: 1, abort: 2, info: 6, go: 7 } as const;
const OPTION_REPLY_MAGIC = 0x3e889045565a9n;
const REPLY = { ack: 1, info: 3, unsupported: 0x80000001 } as const;
const INFO_EXPORT = 0;
/** It has flags; it takes flushes. */
const DISK_FLAGS = 1 | 4;
const REQUEST_MAGIC = 0x25609513;
const COMMAND = { read: 0, write: 1, disconnect: 2, flush: 3 } as const;
const SIMPLE_REPLY_MAGIC = 0x67446698;
const ERROR = { none: 0, io: 5, invalid: 22 } as const;
const MOST_BYTES = 64 * 1024 ** 2;
const NOTHING = Buffer.alloc(0);

/** Its end fails when the machine saw a bad disk: the file failed, or a request was not understood. */
export interface DiskServer extends AsyncDisposable {
  /** For `file=` of QEMU. */
  readonly address: string;
}

/** Serves a disk at a unix socket, to one after the other. */
export async function serveDisk(disk: VolatileDisk, socketPath: string): Promise<DiskServer> {
  const sockets = new Set<Socket>();
  const ended: Promise<void>[] = [];
  const failures: unknown[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    ended.push(
      talk({ disk, socket, take: taker(socket), failures })
        .catch((error: unknown) => {
          // QEMU may be killed in the middle of a word; all it says else is to be understood.
          if (isForeign(error)) failures.push(error);
        })
        .finally(() => {
          socket.destroy();
          sockets.delete(socket);
        }),
    );
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return {
    address: `nbd+unix:///?socket=${socketPath}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(ended);
      await new Promise((resolve) => server.close(resolve));
      const count = failures.length;
      if (count > 0) throw servedDiskError.FAILED({ count }, failures[0]);
    },
  };
}

function isForeign(error: unknown): boolean {
  return isCapsuleError(error) && error.code === servedDiskError.FOREIGN.code;
}

interface Talk {
  readonly disk: VolatileDisk;
  readonly socket: Socket;
  readonly take: Take;
  readonly failures: unknown[];
}

async function talk(talk: Talk): Promise<void> {
  if (await agree(talk)) await serve(talk);
}

type Take = (count: number) => Promise<Buffer>;

/** Reads exactly so many bytes; fails when the other side has ended. */
function taker(socket: Socket): Take {
  const chunks: AsyncIterator<Buffer> = socket[Symbol.asyncIterator]();
  let rest: Buffer = NOTHING;
  return async (count) => {
    const parts = [rest];
    let length = rest.length;
    while (length < count) {
      const { value, done } = await chunks.next();
      if (done) throw servedDiskError.CUT({});
      parts.push(value);
      length += value.length;
    }
    const all = Buffer.concat(parts, length);
    rest = all.subarray(count);
    return all.subarray(0, count);
  };
}

/** The handshake. False when the other side only looked. */
async function agree({ disk, socket, take }: Talk): Promise<boolean> {
  socket.write(Buffer.concat([GREETING, uint16(FIXED_NEWSTYLE | NO_ZEROES)]));
  const isBrief = ((await take(4)).readUInt32BE() & NO_ZEROES) !== 0;
  const shape = Buffer.concat([uint64(disk.bytes), uint16(DISK_FLAGS)]);
  for (;;) {
    const head = await take(16);
    if (head.toString('latin1', 0, 8) !== OPTION_MAGIC)
      throw servedDiskError.FOREIGN({ expected: 'an option' });
    const option = head.readUInt32BE(8);
    await take(Math.min(head.readUInt32BE(12), MOST_BYTES));
    const reply = (type: number, data = NOTHING) => {
      const magic = Buffer.alloc(8);
      magic.writeBigUInt64BE(OPTION_REPLY_MAGIC);
      const words = [option, type, data.length].map(uint32);
      socket.write(Buffer.concat([magic, ...words, data]));
    };
    if (option === OPTION.exportName) {
      socket.write(Buffer.concat([shape, Buffer.alloc(isBrief ? 0 : 124)]));
      return true;
    }
    if (option === OPTION.info || option === OPTION.go) {
      reply(REPLY.info, Buffer.concat([uint16(INFO_EXPORT), shape]));
      reply(REPLY.ack);
      if (option === OPTION.go) return true;
    } else if (option === OPTION.abort) {
      reply(REPLY.ack);
      return false;
    } else {
      reply(REPLY.unsupported);
    }
  }
}

/** One request after the other, in the order in which they come. */
async function serve({ disk, socket, take, failures }: Talk): Promise<void> {
  for (;;) {
    const head = await take(28);
    if (head.readUInt32BE() !== REQUEST_MAGIC)
      throw servedDiskError.FOREIGN({ expected: 'a request' });
    const command = head.readUInt16BE(6);
    const [offset, length] = [Number(head.readBigUInt64BE(16)), head.readUInt32BE(24)];
    if (command === COMMAND.disconnect) return;
    const data = command === COMMAND.write ? await take(length) : NOTHING;
    const answer = await perform(disk, { command, offset, length, data }).catch((error) => {
      failures.push(error);
      return { error: ERROR.io, data: NOTHING };
    });
    const words = [SIMPLE_REPLY_MAGIC, answer.error].map(uint32);
    socket.write(Buffer.concat([...words, head.subarray(8, 16), answer.data]));
  }
}

interface DiskRequest {
  readonly command: number;
  readonly offset: number;
  readonly length: number;
  readonly data: Buffer;
}

async function perform(disk: VolatileDisk, request: DiskRequest) {
  const { command, offset, length, data } = request;
  const refusal = { error: ERROR.invalid, data: NOTHING };
  if (length > MOST_BYTES || offset + length > disk.bytes) return refusal;
  if (command === COMMAND.read) return { error: ERROR.none, data: await disk.read(offset, length) };
  if (command === COMMAND.write) await disk.write(offset, data);
  else if (command === COMMAND.flush) await disk.flush();
  else return refusal;
  return { error: ERROR.none, data: NOTHING };
}

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16BE(value);
  return buffer;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

function uint64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(BigInt(value));
  return buffer;
}
