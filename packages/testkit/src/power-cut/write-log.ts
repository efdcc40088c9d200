import { type FileHandle, open } from 'node:fs/promises';
import { powerCutError } from './errors.ts';

/** A request that reached the disk of a machine, in the order of arrival. */
export interface LoggedRequest {
  readonly kind: 'write' | 'flush' | 'discard';
  /** Bytes from the start of the disk. */
  readonly offset: number;
  readonly bytes: number;
  /** Where the data of a write stands in the log. */
  readonly dataAt: number;
}

/** The format of dm-log-writes (Linux, Documentation/admin-guide/device-mapper/log-writes.rst), as QEMU writes it. */
const MAGIC = 0x6a736677736872n;
const FLUSH = 1n;
const FUA = 2n;
const DISCARD = 4n;

/** The log of QEMU's block driver `blklogwrites`. */
export class WriteLog implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly requests: readonly LoggedRequest[];

  private constructor(file: FileHandle, requests: readonly LoggedRequest[]) {
    this.#file = file;
    this.requests = requests;
  }

  static async open(path: string): Promise<WriteLog> {
    const file = await open(path, 'r');
    try {
      return new WriteLog(file, await readRequests(file));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The data of a write. */
  async data({ bytes, dataAt }: LoggedRequest): Promise<Buffer> {
    return readWhole(this.#file, dataAt, bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

async function readRequests(file: FileHandle): Promise<readonly LoggedRequest[]> {
  const head = await readWhole(file, 0, 28);
  if (head.readBigUInt64LE(0) !== MAGIC)
    throw powerCutError.LOG_INVALID({ reason: 'the file is not a log of writes' });
  const count = Number(head.readBigUInt64LE(16));
  const sector = head.readUInt32LE(24);
  const { size } = await file.stat();
  const requests: LoggedRequest[] = [];
  for (let at = sector, entry = 0; entry < count; entry++) {
    const header = await readWhole(file, at, 32);
    const offset = Number(header.readBigUInt64LE(0)) * sector;
    const bytes = Number(header.readBigUInt64LE(8)) * sector;
    const flags = header.readBigUInt64LE(16);
    at += sector;
    const isDiscard = (flags & DISCARD) !== 0n;
    if (isDiscard) requests.push({ kind: 'discard', offset, bytes, dataAt: at });
    else if (bytes > 0) requests.push({ kind: 'write', offset, bytes, dataAt: at });
    if ((flags & (FLUSH | FUA)) !== 0n) {
      requests.push({ kind: 'flush', offset: 0, bytes: 0, dataAt: at });
    }
    if (!isDiscard) at += bytes;
    if (at > size) throw powerCutError.LOG_INVALID({ reason: 'it is cut off' });
  }
  return requests;
}

async function readWhole(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await file.read(buffer, 0, bytes, at);
  if (bytesRead !== bytes) throw powerCutError.LOG_INVALID({ reason: 'it is cut off' });
  return buffer;
}
