import { damaged } from './damaged.ts';

/** Records of an extended header in their order: a sparse map repeats its keys. */
export type PaxRecords = readonly (readonly [key: string, value: Buffer])[];

/** A record takes many times its bytes in memory. Two of them describe a part of a sparse file. */
const RECORDS_MOST = 2 ** 18;
const SPACE = 0x20;
const EQUALS = 0x3d;
const NEWLINE = 0x0a;

/** `LENGTH KEY=VALUE\n` again and again. Fails with `COPY_ARCHIVE_DAMAGED`. Pure. */
export function parsePaxRecords(data: Buffer): PaxRecords {
  const records: (readonly [string, Buffer])[] = [];
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(SPACE, at);
    const digits = data.toString('latin1', at, space < 0 ? at : space);
    const end = at + (/^[1-9]\d{0,9}$/.test(digits) ? Number(digits) : 0);
    const equals = data.indexOf(EQUALS, space);
    const isWhole = end > at && end <= data.length && data[end - 1] === NEWLINE;
    if (!isWhole || equals < 0 || equals <= space + 1 || equals >= end) {
      // Some programs fill up with zeros.
      if (data.subarray(at).every((byte) => byte === 0)) break;
      throw damaged('an extended header is malformed');
    }
    records.push([data.toString('utf8', space + 1, equals), data.subarray(equals + 1, end - 1)]);
    if (records.length > RECORDS_MOST) throw damaged('an extended header has too many records');
    at = end;
  }
  return records;
}

/** Each length counts its own digits. Pure. */
export function formatPaxRecords(records: PaxRecords): Buffer {
  return Buffer.concat(
    records.flatMap(([key, value]) => {
      const rest = 1 + Buffer.byteLength(key) + 1 + value.length + 1;
      let length = rest;
      while (rest + String(length).length !== length) length = rest + String(length).length;
      return [Buffer.from(`${length} ${key}=`), value, Buffer.from('\n')];
    }),
  );
}
