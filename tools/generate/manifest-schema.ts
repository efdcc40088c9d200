import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MANIFEST_SCHEMA } from '@capsule/core/manifest';
import type { Generator } from './generator.ts';

/** The JSON Schema that editors read. */
export function manifestSchema(output: string): Generator {
  return {
    outputs: [output],
    async write(folder) {
      const file = join(folder, output);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `${JSON.stringify(MANIFEST_SCHEMA, undefined, 2)}\n`);
    },
  };
}
