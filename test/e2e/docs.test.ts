import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type Lab, startLab } from '@capsule/testkit';
import { deleteAll, deleteRegistries } from '../lab/workload.ts';
import { quickImage } from './support/quick-image.ts';
import { runCapsulectl } from './support/run-capsulectl.ts';
import { runGuide } from './support/run-guide.ts';
import { skopeoArchive } from './support/skopeo-archive.ts';

const ROOT = join(import.meta.dirname, '../..');

suite('documentation', { concurrency: false }, () => {
  let lab: Lab;
  let folder: string;
  before(async () => {
    lab = await startLab({});
    folder = await mkdtemp(join(tmpdir(), 'capsule-docs-'));
    await symlink(join(ROOT, 'examples'), join(folder, 'examples'));
    const archive = await skopeoArchive(await quickImage(), 'docker-archive', 'myapp:dev');
    await writeFile(join(folder, 'myapp.tar'), archive);
  });
  after(async () => {
    await lab[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test('the manifests in the documentation are accepted and run', async () => {
    const manifests = await blocksOf('docs/reference/manifest.md', 'yaml');
    assert.ok(manifests.length >= 2, 'the manifest page shows no manifests any more');
    for (const manifest of manifests) {
      const options = { input: manifest, cwd: folder };
      const applied = await runCapsulectl(lab.host, ['apply', '-f', '-', '--wait'], options);
      assert.equal(applied.exitCode, 0, `${manifest}\n${applied.stderr}`);
    }
  });

  test('the commands of the tutorial and the guides run, and print the output on the pages', async (t) => {
    for (const page of await pagesOf('docs/tutorial', 'docs/guides')) {
      await t.test(page, async () => {
        await deleteAll(lab);
        await deleteRegistries(lab);
        await runGuide(lab, join(ROOT, page), folder);
      });
    }
  });
});

async function pagesOf(...folders: readonly string[]): Promise<string[]> {
  const pages = await Promise.all(
    folders.map(async (inside) =>
      (await readdir(join(ROOT, inside))).map((page) => join(inside, page)),
    ),
  );
  return pages.flat();
}

async function blocksOf(page: string, language: string): Promise<string[]> {
  const text = await readFile(join(ROOT, page), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, block = '']) => block,
  );
}
