import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface ShowVolumeRequest {
  /** Any image that stays up: files are copied in and out from outside. */
  readonly image: string;
  /** Where manifests and the note are written. */
  readonly folder: string;
  /** Runs one command, seen by the user. */
  readonly capsulectl: (...args: readonly string[]) => Promise<void>;
}

const VOLUME = 'notes';
const WRITER = 'notes-writer';
const READER = 'notes-reader';

/**
 * Lets one workload write to a volume, deletes it, and returns what the next workload reads there. The volume
 * stays. Idempotent.
 */
export async function showVolume(request: ShowVolumeRequest): Promise<string> {
  const { image, folder, capsulectl } = request;
  const note = join(folder, 'note');
  await writeFile(note, `written by ${WRITER}, which is gone\n`);
  const apply = async (workload: string) => {
    const path = join(folder, `${workload}.yaml`);
    await writeFile(path, volumeManifest(workload, image));
    await capsulectl('apply', '--wait', '-f', path);
  };
  await apply(WRITER);
  await capsulectl('cp', '--quiet', note, `${WRITER}:/notes/note`);
  await capsulectl('workload', 'delete', '--yes', WRITER);
  await apply(READER);
  const found = join(folder, 'note-found');
  await capsulectl('cp', '--quiet', `${READER}:/notes/note`, found);
  await capsulectl('workload', 'delete', '--yes', READER);
  return readFile(found, 'utf8');
}

/** As a person would write it. */
export function volumeManifest(workload: string, image: string): string {
  return `# Made by npm start. A volume, and a workload that mounts it.
name: ${VOLUME}
kind: Volume
size: 64MiB
---
name: ${workload}
kind: Container
container:
  image: ${image}
  mounts:
    - volumeName: ${VOLUME}
      mountPath: /notes
`;
}
