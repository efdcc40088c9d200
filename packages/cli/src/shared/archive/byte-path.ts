/**
 * A path of a filesystem as text of one character for each byte (latin1), so that it can be cut and
 * compared like text, and comes back as the bytes that it was.
 */
export type BytePath = string;

export function bytePathOf(path: string | Uint8Array): BytePath {
  return Buffer.from(path).toString('latin1');
}

/** For calls of `node:fs`. */
export function rawPath(path: BytePath): Buffer {
  return Buffer.from(path, 'latin1');
}

/** For a person; bytes that are no UTF-8 are shown as replacement characters. */
export function shownPath(path: BytePath): string {
  return rawPath(path).toString();
}

export function joinPath(folder: BytePath, name: BytePath): BytePath {
  return folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
}
