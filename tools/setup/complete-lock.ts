/**
 * `node tools/setup/complete-lock.ts [--check]`: adds to package-lock.json the optional packages of
 * other platforms that npm left out. npm leaves them out when the registry it asks does not carry
 * them, and a newer npm then refuses the lock file everywhere ("Missing: … from lock file").
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeLock, type LockFile } from './lock-file.ts';

const path = join(import.meta.dirname, '../../package-lock.json');
const lock = JSON.parse(readFileSync(path, 'utf8')) as LockFile;
const added = completeLock(lock);
if (!process.argv.includes('--check')) {
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
} else if (added.length > 0) {
  process.stdout.write(`package-lock.json lacks ${added.join(', ')}\n`);
  process.stdout.write('run node tools/setup/complete-lock.ts and commit the result\n');
  process.exitCode = 1;
}
