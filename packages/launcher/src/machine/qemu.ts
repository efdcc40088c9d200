import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, truncate } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exists, findAcceleration, run } from '@capsule/host';
import { emulatorCommand, runProgram } from '@capsule/imager';
import { buildSystem } from './build-system.ts';
import { describeMachine } from './describe-machine.ts';
import { emulationWords } from './kernel-words.ts';

/**
 * `npm run qemu -- [--disk FILE] [--size GIB] [--memory MIB] [--port PORT]`: boots Capsule in QEMU on a disk that stays,
 * with its console here. The disk is a copy of the image unless it exists.
 */
const OPTIONS = {
  disk: { type: 'string', default: 'build/qemu.raw' },
  size: { type: 'string', default: '16' },
  memory: { type: 'string', default: '2048' },
  port: { type: 'string', default: '50000' },
} as const;
const GIB = 1024 ** 3;
/** Of the API in the machine. */
const API_PORT = 50_000;

await runProgram(async () => {
  const { values } = parseArgs({ options: OPTIONS });
  const system = await buildSystem();
  const disk = resolve(values.disk);
  const variables = `${disk}.uefi`;
  await mkdir(join(disk, '..'), { recursive: true });
  if (!(await exists(disk))) {
    await run('cp', ['--sparse=always', '--reflink=auto', system.disk.path, disk]);
    await truncate(disk, Number(values.size) * GIB);
  }
  if (!(await exists(variables))) await run('cp', [system.firmware.ovmfVariables, variables]);
  const { isKvm } = await findAcceleration(process.arch);
  const [program, ...words] = emulatorCommand(system.rootfs);
  const machine = describeMachine({
    code: system.firmware.ovmfCode,
    variables,
    disks: [disk],
    memoryMib: Number(values.memory),
    processors: 2,
    hasKvm: isKvm,
    ports: { [values.port]: API_PORT },
    kernelWords: isKvm ? [] : await emulationWords(system.rootfs),
    serial: 'mon:stdio',
  });
  process.stderr.write(`the console of ${disk}; Ctrl-A X ends the machine\n`);
  const child = spawn(program, [...words, ...machine], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}, 'npm run qemu -- --disk FILE --size GIB --memory MIB --port PORT');
