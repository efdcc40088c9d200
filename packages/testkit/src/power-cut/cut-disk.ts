import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { CutPoint } from './cut-points.ts';
import type { JudgedDisk } from './judge-disk.ts';
import type { LoggedRequest, WriteLog } from './write-log.ts';

/**
 * The disk as a power cut leaves it: the image before the first logged request, with those requests over it that
 * survived. Nothing is copied; a read looks through the requests.
 */
export class CutDisk implements JudgedDisk, AsyncDisposable {
  readonly #base: FileHandle;
  readonly #log: WriteLog;
  /** The newest first. */
  readonly #layers: readonly LoggedRequest[];

  private constructor(base: FileHandle, log: WriteLog, layers: readonly LoggedRequest[]) {
    this.#base = base;
    this.#log = log;
    this.#layers = layers;
  }

  static async open(image: string, log: WriteLog, cut: CutPoint): Promise<CutDisk> {
    return new CutDisk(await open(image, 'r'), log, layersOf(log, cut).toReversed());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#base.close();
  }

  /** The places in the log of all requests to this range. */
  stateOf(offset: number, bytes: number): string {
    const range = { from: offset, to: offset + bytes };
    const hash = createHash('sha1');
    for (const layer of this.#layers) {
      const touched = { from: layer.offset, to: layer.offset + layer.bytes };
      if (overlap(range, touched) !== undefined) hash.update(`${layer.dataAt} `);
    }
    return hash.digest('hex');
  }

  async read(offset: number, bytes: number): Promise<Buffer> {
    const buffer = Buffer.alloc(bytes);
    let holes: readonly Range[] = [{ from: offset, to: offset + bytes }];
    for (const layer of this.#layers) {
      if (holes.length === 0) break;
      const range = { from: layer.offset, to: layer.offset + layer.bytes };
      for (const hole of holes)
        await this.#fill(buffer, offset, { layer, common: overlap(hole, range) });
      holes = holes.flatMap((hole) => without(hole, range));
    }
    for (const { from, to } of holes) {
      await this.#base.read(buffer, from - offset, to - from, from);
    }
    return buffer;
  }

  async #fill(
    buffer: Buffer,
    offset: number,
    { layer, common }: { readonly layer: LoggedRequest; readonly common: Range | undefined },
  ): Promise<void> {
    // A discarded range reads as zeros here; a disk may also keep what was there.
    if (common === undefined || layer.kind !== 'write') return;
    const data = await this.#log.data({
      ...layer,
      bytes: common.to - common.from,
      dataAt: layer.dataAt + common.from - layer.offset,
    });
    data.copy(buffer, common.from - offset);
  }
}

/** Writes the disk as a file, for a machine that boots from it: the base image must have been copied there. */
export async function writeCut(copy: string, log: WriteLog, cut: CutPoint): Promise<void> {
  await using file = await open(copy, 'r+');
  for (const layer of layersOf(log, cut)) {
    const data = layer.kind === 'write' ? await log.data(layer) : Buffer.alloc(layer.bytes);
    await file.write(data, 0, data.length, layer.offset);
  }
}

function layersOf(
  { requests }: WriteLog,
  { flushed, survivors }: CutPoint,
): readonly LoggedRequest[] {
  const kept = [...requests.slice(0, flushed), ...survivors.flatMap((at) => requests[at] ?? [])];
  return kept.filter(({ kind }) => kind !== 'flush');
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function overlap(a: Range, b: Range): Range | undefined {
  const common = { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
  return common.from < common.to ? common : undefined;
}

function without(hole: Range, taken: Range): readonly Range[] {
  const common = overlap(hole, taken);
  if (common === undefined) return [hole];
  return [
    { from: hole.from, to: common.from },
    { from: common.to, to: hole.to },
  ].filter(({ from, to }) => from < to);
}
