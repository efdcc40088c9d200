import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type ByteSink,
  type ByteSource,
  type ContainerFiles,
  type ContainerPath,
  type FilesWarn,
  Outbox,
  type PackRules,
  type PathSeen,
  type UnpackRules,
} from '@capsule/core';
import { describeFailure } from '../../files-program/describe-failure.ts';
import { ErrorOutput } from '../../files-program/error-output.ts';
import { parseSeen } from '../../files-program/path-seen.ts';
import { unpackFolder } from '../../files-program/unpack-folder.ts';
import type { FilesRequestSchema } from '../gen/capsule/guest/v1/guest_pb.ts';
import type { GuestCalls } from '../guest/guest-client.ts';

type Request = MessageInitShape<typeof FilesRequestSchema>;

const CHUNK_BYTES = 64 * 1024;
const SEEN_LIMIT_BYTES = 64 * 1024;

interface Run {
  /** The guest unpacks it; undefined where the call reads none. */
  readonly archive?: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal | undefined;
  readonly warn?: FilesWarn | undefined;
}

/**
 * Reads and writes files of running payloads through the agents of their guests. `use` returns the calls of
 * one guest, or fails.
 */
export class GuestFiles implements Omit<ContainerFiles, 'copyOut'> {
  readonly #use: (at: ContainerPath) => Promise<GuestCalls>;

  constructor(use: (at: ContainerPath) => Promise<GuestCalls>) {
    this.#use = use;
  }

  async look(at: ContainerPath, signal?: AbortSignal): Promise<PathSeen> {
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const data of this.#run(at, ['look', at.path], { signal })) {
      size += data.length;
      if (size <= SEEN_LIMIT_BYTES) parts.push(data);
    }
    return parseSeen(Buffer.concat(parts).toString('utf8'));
  }

  pack(at: ContainerPath, signal?: AbortSignal, warn?: FilesWarn): AsyncIterable<Uint8Array> {
    return this.#run(at, ['pack', at.path], { signal, warn });
  }

  async packTo(
    at: ContainerPath,
    to: ByteSink,
    { warn }: PackRules,
    signal?: AbortSignal,
  ): Promise<number> {
    let bytes = 0;
    for await (const data of this.pack(at, signal, warn)) {
      await to.send(data);
      bytes += data.length;
    }
    return bytes;
  }

  async unpack(
    at: ContainerPath,
    archive: ByteSource,
    { keepOwner, warn }: UnpackRules,
    signal?: AbortSignal,
  ): Promise<number> {
    const words = ['unpack', at.path, keepOwner ? 'own' : 'root'];
    let bytes = 0;
    const counted = counting(archive, (count) => {
      bytes += count;
    });
    for await (const _ of this.#run(at, words, { archive: counted, signal, warn })) {
      // The call prints nothing.
    }
    return bytes;
  }

  async *#run(
    at: ContainerPath,
    words: readonly string[],
    { archive, signal, warn = () => undefined }: Run,
  ): AsyncGenerator<Uint8Array> {
    const calls = await this.#use(at);
    const outbox = new Outbox<Request>();
    void outbox.push({ payload: { case: 'work', value: { words: [...words] } } });
    const leave = new AbortController();
    const limit = signal === undefined ? leave.signal : AbortSignal.any([signal, leave.signal]);
    void feed(outbox, archive).catch((error: unknown) => leave.abort(error));
    try {
      for await (const { payload } of calls.files(outbox, { timeoutMs: 0, signal: limit })) {
        if (payload.case === 'data') yield payload.value;
        if (payload.case !== 'exit') continue;
        const output = new ErrorOutput();
        output.add(payload.value.complaint);
        output.add('\n');
        if (payload.value.exitCode !== 0) {
          const folder = unpackFolder(words, at);
          throw describeFailure(at.ref.container, output.failure, folder);
        }
        output.warnings.forEach(warn);
        return;
      }
    } catch (error) {
      // The reason why the archive ended, rather than the abort of the call that follows from it.
      if (leave.signal.aborted) throw leave.signal.reason;
      throw error;
    } finally {
      outbox.close();
      leave.abort();
    }
  }
}

async function feed(
  outbox: Outbox<Request>,
  archive: AsyncIterable<Uint8Array> = nothing(),
): Promise<void> {
  for await (const chunk of archive) {
    for (let at = 0; at < chunk.length; at += CHUNK_BYTES) {
      const value = chunk.subarray(at, at + CHUNK_BYTES) as Uint8Array<ArrayBuffer>;
      await outbox.push({ payload: { case: 'data', value } });
    }
  }
  await outbox.push({ payload: { case: 'end', value: {} } });
  // An answer to a call that is still open would end the call with a reset, and might be lost with it.
  outbox.close();
}

async function* counting(
  chunks: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    count(chunk.length);
    yield chunk;
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
