import type { ByteSource } from './byte-source.ts';

/** The first part of an answer. */
export interface Head {
  readonly status: number;
  /** By name in lower case; values of the same name are joined with commas. */
  readonly headers: ReadonlyMap<string, string>;
}

const LINE_BYTES_MOST = 64 * 1024;
const HEADERS_MOST = 128;

/** Reads the status and headers of an answer in HTTP/1.1; undefined where it is something else. */
export async function readHead(source: ByteSource): Promise<Head | undefined> {
  const start = await source.line(LINE_BYTES_MOST);
  const status = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(start ?? '')?.[1];
  if (status === undefined) return undefined;
  const headers = new Map<string, string>();
  for (let count = 0; count <= HEADERS_MOST; count += 1) {
    const line = await source.line(LINE_BYTES_MOST);
    if (line === '') return { status: Number(status), headers };
    const [, name, value = ''] =
      /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line ?? '') ?? [];
    if (name === undefined) return undefined;
    const key = name.toLowerCase();
    const before = headers.get(key);
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return undefined;
}
