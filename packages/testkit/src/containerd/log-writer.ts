import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Standard output comes on descriptor 3, standard error on 4; closing 5 says that we listen. */
const SCRIPT = `#!/bin/sh
exec 5>&-
cat <&4 >>"$2" &
cat <&3 >>"$2"
wait
`;

/** A stand-in for the log writer, for tests that are not about logs: appends what it gets. */
export async function writeLogWriter(directory: string): Promise<string> {
  const path = join(directory, 'log-writer');
  await writeFile(path, SCRIPT);
  await chmod(path, 0o755);
  return path;
}
