/** `npm run generate` writes what is generated; with `--check` it says what has drifted. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CAPSULECTL, KUKE } from '@capsule/cli';
import { apiPage } from './generate/api-page.ts';
import { cellFields } from './generate/cell-fields.ts';
import { cliPage } from './generate/cli-page.ts';
import { findDrift } from './generate/drift.ts';
import { errorCatalogue } from './generate/error-catalogue.ts';
import { errorsPage } from './generate/errors-page.ts';
import type { Generator } from './generate/generator.ts';
import { manifestSchema } from './generate/manifest-schema.ts';
import { promisePages } from './generate/promise-pages.ts';
import { descriptorSet, protobufCode } from './generate/protobuf.ts';

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');

const code: readonly Generator[] = [
  protobufCode(root, 'buf.gen.api.yaml', 'packages/api/src/gen'),
  protobufCode(root, 'buf.gen.containerd.yaml', 'packages/drivers/src/containerd/gen'),
  protobufCode(root, 'buf.gen.guest.yaml', 'packages/drivers/src/microvm/gen'),
];
const pages: readonly Generator[] = [
  descriptorSet(root, 'proto/descriptor/capsule.binpb'),
  apiPage(root, 'docs/reference/api.md'),
  errorsPage(root, 'docs/reference/errors.md'),
  errorCatalogue(root, 'packages/cli/src/shared/explain/gen/error-catalogue.ts'),
  manifestSchema('docs/reference/manifest.schema.json'),
  cellFields(root, 'docs/reference/manifest.md'),
  cliPage(CAPSULECTL, 'docs/reference/cli.md'),
  cliPage(KUKE, 'docs/reference/kuke.md'),
  promisePages(root, {
    specification: 'docs/SPECIFICATION.md',
    claims: 'docs/reference/claims.md',
    figures: 'docs/reference/figures.md',
  }),
];

let hasDrifted = false;
const folder = await mkdtemp(join(tmpdir(), 'capsule-generate-'));
try {
  // Pages are made by our own modules, which need the code of the present messages.
  for (const generators of [code, pages]) {
    await Promise.all(generators.map((generator) => generator.write(folder)));
    const outputs = generators.flatMap((generator) => generator.outputs);
    for (const { path, change } of await findDrift(outputs, root, folder)) {
      hasDrifted = true;
      process.stdout.write(`${check ? change : 'written'}: ${path}\n`);
      if (check) continue;
      if (change === 'stale') await rm(join(root, path));
      else await cp(join(folder, path), join(root, path));
    }
  }
  if (check && hasDrifted) {
    process.stdout.write('run npm run generate and commit the result\n');
    process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true });
}
