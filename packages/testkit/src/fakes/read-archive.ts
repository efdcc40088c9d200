import { normaliseImageReference } from '@capsule/core';
import { readTar } from '../images/read-tar.ts';
import { blob } from '../images/test-image.ts';
import { fakeError } from './fake-error.ts';

export interface ArchivedImage {
  readonly name: string;
  readonly digest: string;
  readonly sizeBytes: number;
}

/** Returns the images in an archive of the testkit. Fails as an image store does. */
export function readArchive(archive: Buffer, given?: string): ArchivedImage[] {
  const files = readTar(archive);
  if (files === undefined) throw invalid('it is no tar archive, or ends too early');
  const own = namesOf(files);
  if (own === undefined) throw invalid('it is no image archive');
  const names = given === undefined ? own : [given];
  if (names.length === 0) throw fakeError('IMAGE_UNNAMED', 'invalid', 'the image has no name');
  const { digest } = blob(archive);
  return names.map((name) => ({
    name: normaliseImageReference(name),
    digest,
    sizeBytes: archive.length,
  }));
}

function namesOf(files: ReadonlyMap<string, Buffer>): string[] | undefined {
  const manifest = files.get('manifest.json');
  if (manifest !== undefined) {
    const images: { RepoTags: string[] | null }[] = JSON.parse(manifest.toString());
    return images.flatMap(({ RepoTags }) => RepoTags ?? []);
  }
  const index = files.get('index.json');
  if (index === undefined) return undefined;
  const { manifests }: { manifests: { annotations?: Record<string, string> }[] } = JSON.parse(
    index.toString(),
  );
  return manifests.flatMap(({ annotations = {} }) => {
    const name = annotations['org.opencontainers.image.ref.name'];
    // A capital makes it a tag, as in the store of containerd.
    return name === undefined || /^[\w.-]*[A-Z][\w.-]*$/.test(name) ? [] : [name];
  });
}

function invalid(reason: string) {
  return fakeError('IMAGE_INVALID', 'invalid', `the archive is not usable: ${reason}`);
}
