import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';

/** The most that one frame of `VolumeService.Export` and `Import` holds. */
export const FRAME_BYTES = 1024 * 1024;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/**
 * Makes zstd frames. Empty parts of a disk repeat the same piece many times: a piece equal to the
 * previous one is not compressed again.
 */
export class FramePacker {
  #last: { readonly content: Uint8Array; readonly frame: Promise<Buffer> } | undefined;

  /** Keeps `content`: the caller must not write to it afterwards. */
  pack(content: Uint8Array): Promise<Buffer> {
    if (this.#last !== undefined && isSame(this.#last.content, content)) return this.#last.frame;
    const frame = compress(content, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
    // The caller awaits frames in turn; an early failure is reported there.
    frame.catch(() => undefined);
    this.#last = { content, frame };
    return frame;
  }
}

/** Unpacks zstd frames. Unpacks a frame equal to the previous one only once. */
export class FrameUnpacker {
  #last: { readonly frame: Uint8Array; readonly content: Buffer } | undefined;

  /** Fails as node:zlib does, for a damaged frame and for one that holds too much. The result must not be changed. */
  async unpack(frame: Uint8Array): Promise<Buffer> {
    if (this.#last !== undefined && isSame(this.#last.frame, frame)) return this.#last.content;
    const room = { maxOutputLength: FRAME_BYTES, chunkSize: FRAME_BYTES };
    const content = await decompress(frame, room);
    this.#last = { frame, content };
    return content;
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
