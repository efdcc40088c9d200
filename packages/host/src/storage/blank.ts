import { open } from 'node:fs/promises';
import { run } from '../process/run.ts';
import { deviceBytes } from './device.ts';

/** Partition tables, filesystems and their copies begin at both ends of a device. */
const LOOK_BYTES = 16 * 1024 * 1024;
const PIECE_BYTES = 1024 * 1024;

/**
 * Describes the content of a device: the signatures that wipefs(8) finds, or bytes that are not zero in the first or
 * last 16 MiB. Undefined for a blank device. A failed check is an error, never "blank".
 */
export async function findContent(
  device: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { stdout } = await run('wipefs', ['--no-act', '--json', device], {
    ...(signal === undefined ? {} : { signal }),
  });
  const found = stdout.trim() === '' ? [] : parseSignatures(stdout);
  if (found.length > 0) return found.join(', ');
  const size = await deviceBytes(device);
  const zeros = Buffer.alloc(PIECE_BYTES);
  await using file = await open(device, 'r');
  for (const [from, to] of [
    [0, Math.min(LOOK_BYTES, size)],
    [Math.max(size - LOOK_BYTES, 0), size],
  ] as const) {
    for (let at = from; at < to; at += PIECE_BYTES) {
      const piece = Buffer.alloc(Math.min(PIECE_BYTES, to - at));
      const { bytesRead } = await file.read(piece, 0, piece.length, at);
      // A callback for each byte would take seconds where the processor is slow.
      if (bytesRead < piece.length || !piece.equals(zeros.subarray(0, piece.length))) {
        return `data of an unknown kind, around byte ${at}`;
      }
    }
  }
  return undefined;
}

interface Signature {
  readonly type?: string | null;
  readonly label?: string | null;
}

/** Format: wipefs(8), `--json`. Pure. */
export function parseSignatures(text: string): readonly string[] {
  const { signatures = [] } = JSON.parse(text) as { signatures?: readonly Signature[] };
  return signatures.map(({ type, label }) =>
    label ? `${type} named ${JSON.stringify(label)}` : String(type),
  );
}
