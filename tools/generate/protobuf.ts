import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '@capsule/host';
import type { Generator } from './generator.ts';

/** TypeScript of one buf template. Offline: the plugin is a dependency of ours. */
export function protobufCode(root: string, template: string, output: string): Generator {
  return {
    outputs: [output],
    async write(folder) {
      await run('buf', ['generate', '--template', template, '--output', folder], { cwd: root });
    },
  };
}

/** The descriptor set that is shipped, with comments, for clients that bring no schema. */
export function descriptorSet(root: string, output: string): Generator {
  return {
    outputs: [output],
    async write(folder) {
      const file = join(folder, output);
      await mkdir(dirname(file), { recursive: true });
      const paths = ['--path', 'proto/capsule', '--path', 'proto/grpc'];
      await run('buf', ['build', ...paths, '--as-file-descriptor-set', '--output', file], {
        cwd: root,
      });
    },
  };
}
