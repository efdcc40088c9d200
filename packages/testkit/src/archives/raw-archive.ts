const BLOCK = 512;

/** One header block and what follows it, field by field as it stands in the archive. */
export interface RawEntry {
  readonly name?: string | Uint8Array;
  /** One character; `0` when missing. */
  readonly type?: string;
  readonly link?: string | Uint8Array;
  readonly data?: string | Uint8Array;
  /** Twelve bytes as they are; missing: the octal length of `data`. */
  readonly size?: Uint8Array;
  /** Spoils the checksum. */
  readonly isSpoiled?: boolean;
  /** Bytes of the header at an offset, last of all but the checksum. */
  readonly fields?: readonly (readonly [at: number, bytes: string | Uint8Array])[];
}

/** An archive out of raw entries; nothing is checked. */
export function rawArchive(...entries: readonly RawEntry[]): Buffer {
  return Buffer.concat([...entries.map(rawEntry), Buffer.alloc(2 * BLOCK)]);
}

export function rawEntry(entry: RawEntry): Buffer {
  const { name = 'f', type = '0', link = '', size, isSpoiled = false, fields = [] } = entry;
  const data = Buffer.from(entry.data ?? '');
  const block = Buffer.alloc(BLOCK);
  const put = (at: number, bytes: string | Uint8Array) => block.set(Buffer.from(bytes), at);
  put(0, name);
  for (const at of [100, 108, 116]) put(at, '0000644\0');
  put(124, size ?? `${data.length.toString(8).padStart(11, '0')}\0`);
  put(136, '00000000000\0');
  put(148, '        ');
  put(156, type);
  put(157, link);
  put(257, 'ustar\x0000');
  for (const [at, bytes] of fields) put(at, bytes);
  const sum = block.reduce((total, byte) => total + byte, isSpoiled ? 1 : 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return Buffer.concat([block, data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)]);
}

/** Records of a PAX header, each with its own length in front. */
export function paxRecords(records: Readonly<Record<string, string | Uint8Array>>): Buffer {
  return Buffer.concat(
    Object.entries(records).map(([key, value]) => {
      const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
      let length = rest.length;
      while (String(length).length + rest.length !== length) {
        length = String(length).length + rest.length;
      }
      return Buffer.concat([Buffer.from(String(length)), rest]);
    }),
  );
}
