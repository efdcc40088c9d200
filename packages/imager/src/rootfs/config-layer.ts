import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ProfileFile } from '../profile.ts';
import type { Executor } from './context.ts';

/** Files and empty directories that the profile spells out. */
export const buildConfig: Executor<'config'> = async (args, directory) => {
  for (const path of args.directories) await mkdir(join(directory, path), { recursive: true });
  await writeFiles(args.files, directory);
};

/** Writes files by their absolute paths below a folder. */
export async function writeFiles(
  files: Readonly<Record<string, ProfileFile>>,
  directory: string,
): Promise<void> {
  for (const [path, file] of Object.entries(files)) {
    const target = join(directory, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, file.content);
    await chmod(target, file.mode ?? 0o644);
  }
}
