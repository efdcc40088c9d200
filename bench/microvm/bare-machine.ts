import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packCpio } from '@capsule/imager';
import { benchError } from '../errors.ts';
import type { MeasuredCapsule } from '../setting/measured-capsule.ts';
import type { WatchedCapsule } from '../setting/watched-capsule.ts';
import { machineOf } from './machine-process.ts';

const WORD = 'bare-init';
/** Of the kernel's command line: with it, init goes on talking. The kernel hands it on as a variable. */
const STAY = 'STAY=1';
/** Says its word, and ends the machine. */
const INIT = `#!/bin/busybox sh
echo ${WORD}
while [ -n "$STAY" ]; do echo ${WORD}; /bin/busybox usleep 10000; done
exec /bin/busybox reboot -f
`;
/** Prints the time before the machine starts and that of init's word, in nanoseconds since 1970. */
const TIMED = `date +%s%N; timeout 15 "$@" </dev/null | while read -r line; do
  case "$line" in *${WORD}*) date +%s%N;; esac
done`;
/** An emulated kernel sometimes hangs before its first word; its word would never come. */
const TRIES = 5;
/** Of the monitor's options: what makes the board, its processor, its memory and its kernel. */
const KEPT = ['-machine', '-cpu', '-smp', '-m', '-object', '-kernel', '-append'];
const INITRAMFS = '/perm/bare.cpio';

/**
 * The monitor and the kernel of one of the capsule's microVMs with nothing else: the same board, processors and
 * memory, no disk, no link, no vsock, and a first program that only says a word.
 */
export class BareMachine {
  /** Of QEMU, its console at its output. */
  readonly command: readonly string[];
  readonly isKvm: boolean;
  readonly #capsule: WatchedCapsule<MeasuredCapsule>;

  private constructor(capsule: WatchedCapsule<MeasuredCapsule>, command: readonly string[]) {
    this.#capsule = capsule;
    this.command = command;
    this.isKvm = command.some((word) => word.includes('accel=kvm'));
  }

  /** As the microVM `name`, which runs. `busybox`: a static one, of the process that measures. */
  static async like(
    capsule: WatchedCapsule<MeasuredCapsule>,
    name: string,
    busybox = '/bin/busybox',
  ): Promise<BareMachine> {
    const { pid } = await machineOf(capsule, name);
    const words = await readFile(capsule.pathOf(`/proc/${pid}/cmdline`), 'utf8');
    const [program = '', ...options] = words.split('\0').slice(0, -1);
    await writeFile(join(capsule.lab.stateDir, INITRAMFS), await packInitramfs(busybox));
    return new BareMachine(capsule, [
      program,
      ...options.flatMap((word, index) =>
        KEPT.includes(word) ? [word, options[index + 1] ?? ''] : [],
      ),
      ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-serial', 'stdio'],
      ...['-initrd', INITRAMFS],
    ]);
  }

  /** For the names of figures. */
  get mode(): string {
    return this.isKvm ? 'KVM' : 'emulated';
  }

  /** The command of one whose init says its word again and again; `options` instead of the console. */
  staying(options: readonly string[]): readonly string[] {
    const words = this.command.filter((word) => word !== '-serial' && word !== 'stdio');
    return [
      ...words.map((word) => (word.includes('console=') ? `${word} ${STAY}` : word)),
      ...options,
    ];
  }

  /** From the start of the monitor to the first word of init, in milliseconds. */
  async boot(): Promise<number> {
    for (let tried = 0; tried < TRIES; tried += 1) {
      const argv = ['sh', '-c', TIMED, 'timed', ...this.command];
      const { stdout } = await this.#capsule.lab.exec(argv);
      const [begun = '', spoken] = stdout.trim().split('\n');
      if (spoken !== undefined) return Number(BigInt(spoken) - BigInt(begun)) / 1e6;
    }
    throw benchError.COMMAND_FAILED({ command: 'bare boot', said: 'init does not speak' });
  }
}

async function packInitramfs(busybox: string): Promise<Buffer> {
  return packCpio([
    { path: 'bin', mode: 0o755 },
    { path: 'bin/busybox', content: await readFile(busybox), mode: 0o755 },
    { path: 'dev', mode: 0o755 },
    { path: 'dev/console', device: [5, 1], mode: 0o600 },
    { path: 'init', content: Buffer.from(INIT), mode: 0o755 },
  ]);
}
