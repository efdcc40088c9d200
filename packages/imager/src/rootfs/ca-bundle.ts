import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes /etc/ssl/certs/ca-certificates.crt, the file that Go and OpenSSL programs read: the job
 * of a maintainer script that is not run. All certificates that Debian ships are trusted.
 */
export async function writeCaBundle(root: string): Promise<void> {
  const shipped = join(root, 'usr/share/ca-certificates/mozilla');
  const names = (await readdir(shipped)).filter((name) => name.endsWith('.crt')).sort();
  const certificates = await Promise.all(
    names.map((name) => readFile(join(shipped, name), 'utf8')),
  );
  await mkdir(join(root, 'etc/ssl/certs'), { recursive: true });
  await writeFile(
    join(root, 'etc/ssl/certs/ca-certificates.crt'),
    certificates.map((text) => `${text.trimEnd()}\n`).join(''),
  );
}
