import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type Lab, startLab } from '@capsule/testkit';
import { until } from '../lab/until.ts';
import { deleteAll, deleteRegistries } from '../lab/workload.ts';
import { quickImage } from './support/quick-image.ts';
import { runCapsulectl, startCapsulectl } from './support/run-capsulectl.ts';
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

  test('the commands of the README run as they are printed', async () => {
    const commands = (await blocksOf('README.md', 'sh'))
      .flatMap((block) => block.split('\n'))
      .map((line) => line.replace(/#.*$/, '').trim())
      .filter((line) => line.startsWith('bin/capsulectl '));
    assert.ok(commands.length >= 5, 'the README shows no commands any more');
    for (const command of commands) {
      const args = command.split(/\s+/).slice(1);
      // A reader has a terminal, on which apply waits by itself.
      if (args[0] === 'apply') args.push('--wait');
      if (args.includes('-f') && args.includes('logs')) await followsUntilInterrupted(args);
      else await succeeds(command, args);
    }
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

  test('the commands of the guides run as they are printed, and print what the guides say', async (t) => {
    for (const page of await readdir(join(ROOT, 'docs/guides'))) {
      await t.test(page, async () => {
        await deleteAll(lab);
        await deleteRegistries(lab);
        await runGuide(lab, join(ROOT, 'docs/guides', page), folder);
      });
    }
  });

  async function succeeds(command: string, args: readonly string[]): Promise<void> {
    const { exitCode, stderr } = await runCapsulectl(lab.host, args, { cwd: folder });
    assert.equal(exitCode, 0, `${command}\n${stderr}`);
  }

  /** nginx writes a line for each request, so a request makes the command print. */
  async function followsUntilInterrupted(args: readonly string[]): Promise<void> {
    await using following = startCapsulectl(lab.host, args, { cwd: folder });
    await until('nginx to answer', 10_000, () =>
      fetch(`http://${lab.address}:8080/`).catch(() => false as const),
    );
    assert.ok(following.child.stdout);
    await once(following.child.stdout, 'readable');
    following.child.kill('SIGINT');
    assert.equal((await following.ended).exitCode, 130);
  }
});

async function blocksOf(page: string, language: string): Promise<string[]> {
  const text = await readFile(join(ROOT, page), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, block = '']) => block,
  );
}
