/** Bytes as text, or only that there were some: an archive has times and owners in places of its own. */
export function readText(bytes: Uint8Array): string {
  return bytes.includes(0) ? 'binary' : Buffer.from(bytes).toString();
}
