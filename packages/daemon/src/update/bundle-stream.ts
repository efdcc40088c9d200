import { bundleError } from '@capsule/core';

/** A file of a bundle; its bytes come next. */
export interface BundleMember {
  readonly name: string;
  readonly bytes: number;
}

const BLOCK = 512;
/** The members that the older kind of bundle begins with. */
const OLD_MEMBERS = ['VERSION', 'vmlinuz', 'initramfs', 'rootfs.sqsh'];

/**
 * Reads a bundle from its start to its end: a tar (POSIX ustar) with plain files only. It keeps at most one chunk
 * of the input in memory.
 */
export class BundleStream {
  readonly #input: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array();
  /** Bytes of the present member, and of its padding, that are still to come. */
  #left = 0;
  #padding = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#input = chunks[Symbol.asyncIterator]();
  }

  /** Goes on to the next member, whose name must be this one. Fails with `BUNDLE_MALFORMED`. */
  async expect(name: string): Promise<BundleMember> {
    await this.#skip(this.#left + this.#padding);
    const header = await this.#take(BLOCK);
    if (header === undefined) throw malformed(`it ends before ${name}`);
    const member = parseHeader(header);
    if (member.name !== name) throw unexpected(member.name, name);
    this.#left = member.bytes;
    this.#padding = (BLOCK - (member.bytes % BLOCK)) % BLOCK;
    return member;
  }

  /** The bytes of the present member. Fails with `BUNDLE_MALFORMED` when the input ends in it. */
  async *content(): AsyncGenerator<Uint8Array> {
    while (this.#left > 0) {
      const piece = await this.#piece(this.#left);
      if (piece === undefined) throw malformed('it is cut off');
      this.#left -= piece.length;
      yield piece;
    }
  }

  /** The bytes of a small member. Fails with `BUNDLE_MALFORMED` when it is larger than `limit`. */
  async small(name: string, limit: number): Promise<Buffer> {
    const { bytes } = await this.expect(name);
    if (bytes > limit) throw malformed(`${name} has more than ${limit} bytes`);
    const pieces: Uint8Array[] = [];
    for await (const piece of this.content()) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /** Reads up to the end of the input; only zeros may follow the last member. */
  async finish(): Promise<void> {
    await this.#skip(this.#left + this.#padding);
    for (
      let piece = await this.#piece(BLOCK);
      piece !== undefined;
      piece = await this.#piece(BLOCK)
    ) {
      if (piece.some((byte) => byte !== 0)) throw malformed('something follows its last member');
    }
  }

  async #skip(bytes: number): Promise<void> {
    for (let left = bytes; left > 0; ) {
      const piece = await this.#piece(left);
      if (piece === undefined) throw malformed('it is cut off');
      left -= piece.length;
    }
    this.#left = 0;
    this.#padding = 0;
  }

  async #take(bytes: number): Promise<Buffer | undefined> {
    const pieces: Uint8Array[] = [];
    for (let left = bytes; left > 0; ) {
      const piece = await this.#piece(left);
      if (piece === undefined) return undefined;
      pieces.push(piece);
      left -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  /** The next bytes, at least one and at most `most`; undefined at the end. */
  async #piece(most: number): Promise<Uint8Array | undefined> {
    while (this.#held.length === 0) {
      const next = await this.#input.next();
      if (next.done === true) return undefined;
      this.#held = next.value;
    }
    const piece = this.#held.subarray(0, most);
    this.#held = this.#held.subarray(piece.length);
    return piece;
  }
}

/** pubs.opengroup.org, pax, "ustar Interchange Format": the fields of a header by their offsets. */
function parseHeader(header: Buffer): BundleMember {
  const sum = header.reduce((total, byte, index) => total + (isSum(index) ? 32 : byte), 0);
  if (sum !== octal(header.subarray(148, 156))) throw malformed('it is no tar');
  const isPlain = header[156] === 0 || header[156] === '0'.charCodeAt(0);
  const name = text(header.subarray(0, 100));
  if (!isPlain) throw malformed(`${JSON.stringify(name)} is not a plain file`);
  const bytes = octal(header.subarray(124, 136));
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw malformed('a size is no number');
  return { name, bytes };
}

function isSum(index: number): boolean {
  return index >= 148 && index < 156;
}

function text(field: Buffer): string {
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? field.length : end).toString('latin1');
}

function octal(field: Buffer): number {
  const digits = text(field).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

function unexpected(found: string, wanted: string) {
  if (OLD_MEMBERS.includes(found)) return bundleError.OLD_FORMAT({ member: found });
  return malformed(`${JSON.stringify(found)} stands where ${wanted} must stand`);
}

function malformed(reason: string) {
  return bundleError.MALFORMED({ reason });
}
