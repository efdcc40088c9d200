/** Pieces of this size go as they are: joining costs a copy, and sending a small piece costs more than that. */
const LARGE_BYTES = 64 * 1024;
const JOINED_BYTES = 256 * 1024;

/** Joins small pieces, and passes large ones on. A small piece is copied before the next one is asked for. */
export async function* joinPieces(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let joined = Buffer.allocUnsafe(JOINED_BYTES);
  let length = 0;
  for await (const piece of pieces) {
    const isLarge = piece.length >= LARGE_BYTES;
    if (length > 0 && (isLarge || length + piece.length > JOINED_BYTES)) {
      yield joined.subarray(0, length);
      joined = Buffer.allocUnsafe(JOINED_BYTES);
      length = 0;
    }
    if (isLarge) {
      yield piece;
    } else {
      joined.set(piece, length);
      length += piece.length;
    }
  }
  if (length > 0) yield joined.subarray(0, length);
}
