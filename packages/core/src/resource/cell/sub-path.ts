/** Of a `subPath`, in UTF-8. */
export const SUB_PATH_MOST_BYTES = 1024;
const SEGMENT_MOST_BYTES = 255;

/**
 * Why a text names no folder of a volume; undefined when it does: a relative path of plain names. Pure.
 */
export function problemOfSubPath(subPath: string): string | undefined {
  if (subPath === '') return 'is empty';
  if (subPath.startsWith('/')) return 'is absolute, but must be relative to the root of the volume';
  if (bytesOf(subPath) > SUB_PATH_MOST_BYTES) return `is longer than ${SUB_PATH_MOST_BYTES} bytes`;
  const segments = subPath.split('/');
  if (segments.some((name) => name === '' || name === '.' || name === '..')) {
    return 'has a part that is empty, `.` or `..`';
  }
  if (subPath.includes('\0')) return 'contains a NUL character';
  if (segments.some((name) => bytesOf(name) > SEGMENT_MOST_BYTES)) {
    return `has a part that is longer than ${SEGMENT_MOST_BYTES} bytes`;
  }
  return undefined;
}

function bytesOf(text: string): number {
  let bytes = 0;
  for (const sign of text) {
    const code = sign.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
