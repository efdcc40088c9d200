import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from '@capsule/host';
import { renderSystem, runProgram } from '@capsule/imager';
import { buildSystem } from './build-system.ts';

/** `npm run image -- [--output FILE]`: builds the disk image, puts it where a person finds it, and prints its parts. */
const OPTIONS = { output: { type: 'string', default: 'build/capsule.raw' } } as const;

await runProgram(async () => {
  const { values } = parseArgs({ options: OPTIONS });
  const system = await buildSystem();
  const output = resolve(values.output);
  await mkdir(dirname(output), { recursive: true });
  await run('cp', ['--sparse=always', '--reflink=auto', system.disk.path, output]);
  process.stdout.write(`${renderSystem(system)}\n${output}\n`);
}, 'npm run image -- --output FILE');
