import { imagerError } from '../errors.ts';

/** Data that a PE program finds in memory under this name, at most 8 letters. */
export interface Section {
  readonly name: string;
  readonly content: Uint8Array;
}

const SECTION_HEADER_BYTES = 40;
/** Initialised data that can be read. */
const CHARACTERISTICS = 0x40000040;

/**
 * Returns a PE program with sections added behind those that it has, each loaded at a place of its own: how a unified
 * kernel image is made from systemd's stub (UAPI.5). Pure.
 */
export function addSections(stub: Uint8Array, sections: readonly Section[]): Buffer {
  const program = Buffer.from(stub);
  const pe = readHeaders(program);
  const headersEnd = pe.sectionsAt + (pe.count + sections.length) * SECTION_HEADER_BYTES;
  if (headersEnd > pe.headerBytes) {
    throw imagerError.STUB_FULL({ sections: sections.length });
  }
  let address = align(pe.endOfMemory, pe.memoryAlignment);
  const pieces = [padTo(program, pe.fileAlignment)];
  let offset = pieces[0]?.length ?? 0;
  for (const [index, { name, content }] of sections.entries()) {
    const data = padTo(Buffer.from(content), pe.fileAlignment);
    const header = Buffer.alloc(SECTION_HEADER_BYTES);
    header.write(name, 'latin1');
    header.writeUInt32LE(content.length, 8);
    header.writeUInt32LE(address, 12);
    header.writeUInt32LE(data.length, 16);
    header.writeUInt32LE(offset, 20);
    header.writeUInt32LE(CHARACTERISTICS, 36);
    header.copy(pieces[0] ?? program, pe.sectionsAt + (pe.count + index) * SECTION_HEADER_BYTES);
    pieces.push(data);
    offset += data.length;
    address = align(address + content.length, pe.memoryAlignment);
  }
  const whole = Buffer.concat(pieces);
  whole.writeUInt16LE(pe.count + sections.length, pe.at + 6);
  whole.writeUInt32LE(address, pe.at + 24 + 56);
  return whole;
}

function readHeaders(program: Buffer) {
  const at = program.readUInt32LE(0x3c);
  if (program.toString('latin1', at, at + 4) !== 'PE\0\0') throw imagerError.STUB_UNKNOWN({});
  const count = program.readUInt16LE(at + 6);
  const optional = at + 24;
  const sectionsAt = optional + program.readUInt16LE(at + 20);
  const ends = Array.from({ length: count }, (_, index) => {
    const header = sectionsAt + index * SECTION_HEADER_BYTES;
    return program.readUInt32LE(header + 8) + program.readUInt32LE(header + 12);
  });
  return {
    at,
    count,
    sectionsAt,
    memoryAlignment: program.readUInt32LE(optional + 32),
    fileAlignment: program.readUInt32LE(optional + 36),
    headerBytes: program.readUInt32LE(optional + 60),
    endOfMemory: Math.max(...ends),
  };
}

function align(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}

function padTo(bytes: Buffer, to: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(align(bytes.length, to) - bytes.length)]);
}
