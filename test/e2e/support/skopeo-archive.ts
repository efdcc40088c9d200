import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@capsule/host';
import { ociArchive, type TestImage } from '@capsule/testkit';

export type SkopeoForm = 'docker-archive' | 'oci-archive' | 'oci';

/** The image in the format of skopeo with this name. The directory of the format `oci` is packed as a tar. */
export async function skopeoArchive(
  image: TestImage,
  form: SkopeoForm,
  name: string,
): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-skopeo-'));
  try {
    const source = join(folder, 'source.tar');
    await writeFile(source, ociArchive(image, [{ 'org.opencontainers.image.ref.name': 'x' }]));
    const target = join(folder, 'target');
    const policy = join(folder, 'policy.json');
    await writeFile(policy, JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }));
    await mkdir(join(folder, 'tmp'));
    await run('skopeo', [
      ...['--policy', policy, '--tmpdir', join(folder, 'tmp'), 'copy', '--quiet'],
      ...[`oci-archive:${source}:x`, `${form}:${target}:${name}`],
    ]);
    if (form !== 'oci') return await readFile(target);
    const archive = join(folder, 'target.tar');
    await run('tar', ['--create', '--file', archive, '--directory', target, '.']);
    return await readFile(archive);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
