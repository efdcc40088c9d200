const BLOCK = 512;

/** The header of a member of a bundle: a plain file of root's, without a time. Pure. */
export function bundleHeader(name: string, bytes: number): Uint8Array {
  const header = new Uint8Array(BLOCK);
  const put = (offset: number, text: string) => header.set(new TextEncoder().encode(text), offset);
  // pubs.opengroup.org, pax, "ustar Interchange Format": the fields by their offsets.
  put(0, name);
  put(100, octal(0o644, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(bytes, 11));
  put(136, octal(0, 11));
  put(148, ' '.repeat(8));
  put(156, '0');
  put(257, 'ustar\0' + '00');
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(sum, 6)}\0 `);
  return header;
}

/** The zeros behind a member of this size, up to the next block. Pure. */
export function bundlePadding(bytes: number): Uint8Array {
  return new Uint8Array((BLOCK - (bytes % BLOCK)) % BLOCK);
}

/** The two blocks at the end of a bundle. Pure. */
export function bundleEnd(): Uint8Array {
  return new Uint8Array(2 * BLOCK);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
