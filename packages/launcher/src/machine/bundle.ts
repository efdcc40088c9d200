import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { packBundle, runProgram } from '@capsule/imager';
import { buildSystem } from './build-system.ts';

/**
 * `npm run bundle -- [--version V] [--minimum V] [--output FILE]`: builds the system and packs it as a signed update,
 * for capsules whose image the same publisher built. CAPSULE_PUBLISHER_KEY names the key.
 */
const OPTIONS = {
  version: { type: 'string' },
  minimum: { type: 'string', default: '0.1.0' },
  output: { type: 'string' },
} as const;

await runProgram(async () => {
  const { values } = parseArgs({ options: OPTIONS });
  const { version: asked } = values;
  const system = await buildSystem(asked === undefined ? {} : { version: asked });
  const { version, board, publisher, root, disk } = system;
  const output = resolve(values.output ?? `build/capsule-${version}.bundle`);
  await mkdir(dirname(output), { recursive: true });
  const manifest = await packBundle(output, {
    version,
    minimumVersion: values.minimum,
    architecture: 'x86_64',
    board,
    rootHash: disk.rootHash,
    uki: disk.uki,
    root: [root.path, disk.tree],
    key: publisher,
  });
  const megabytes = (manifest.uki.bytes + manifest.root.bytes) / 1e6;
  process.stdout.write(
    `Capsule ${version} for ${board}, ${megabytes.toFixed(1)} MB, signed with ${publisher.path}\n${output}\n`,
  );
}, 'npm run bundle -- --version VERSION --minimum VERSION --output FILE');
