/** The numbers of system calls on x86-64 that a container must not make, and of some that it may make. */
export const SYSCALLS = {
  sched_yield: { number: 24 },
  mount: { number: 165 },
  init_module: { number: 175 },
  kexec_load: { number: 246 },
  add_key: { number: 248 },
  request_key: { number: 249 },
  keyctl: { number: 250 },
  /** `CLONE_NEWUSER`: without a seccomp filter, every user may do this. */
  unshare: { number: 272, argument: 0x10000000 },
  perf_event_open: { number: 298 },
  open_by_handle_at: { number: 304 },
  bpf: { number: 321 },
  userfaultfd: { number: 323 },
  io_uring_setup: { number: 425 },
  clone3: { number: 435 },
} as const satisfies Record<string, { number: number; argument?: number }>;

const BASE = 0x400000;
const HEADERS_BYTES = 64 + 56;

/**
 * A program for x86-64 that makes one system call, with `argument` and zeros as arguments. It exits with the
 * error number, or 0.
 */
export function syscallProgram(call: { number: number; argument?: number }): Buffer {
  const code = Buffer.from([
    ...[0xbf, ...word(call.argument ?? 0)], // mov edi, argument
    ...[0x31, 0xf6, 0x31, 0xd2, 0x4d, 0x31, 0xd2], // xor esi, esi; xor edx, edx; xor r10, r10
    ...[0xb8, ...word(call.number)], // mov eax, number
    ...[0x0f, 0x05], // syscall
    ...[0xf7, 0xd8, 0x89, 0xc7], // neg eax; mov edi, eax
    ...[0xb8, ...word(60)], // mov eax, exit
    ...[0x0f, 0x05],
  ]);
  return Buffer.concat([header(HEADERS_BYTES + code.length), code]);
}

/** The ELF header, and one segment that contains the whole file. */
function header(sizeBytes: number): Buffer {
  const elf = Buffer.alloc(HEADERS_BYTES);
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  elf.writeUInt16LE(2, 16); // executable
  elf.writeUInt16LE(0x3e, 18); // x86-64
  elf.writeUInt32LE(1, 20);
  elf.writeBigUInt64LE(BigInt(BASE + HEADERS_BYTES), 24); // entry
  elf.writeBigUInt64LE(64n, 32); // where the segment table is
  elf.writeUInt16LE(64, 52);
  elf.writeUInt16LE(56, 54);
  elf.writeUInt16LE(1, 56);
  elf.writeUInt32LE(1, 64); // loaded
  elf.writeUInt32LE(5, 68); // read, execute
  elf.writeBigUInt64LE(BigInt(BASE), 80);
  elf.writeBigUInt64LE(BigInt(BASE), 88);
  elf.writeBigUInt64LE(BigInt(sizeBytes), 96);
  elf.writeBigUInt64LE(BigInt(sizeBytes), 104);
  elf.writeBigUInt64LE(0x1000n, 112);
  return elf;
}

function word(value: number): readonly number[] {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return [...bytes];
}
