import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ErrorTable } from '@capsule/core';
import { generateError } from './errors.ts';

/** Every error table of the packages, in the order of their prefixes. */
export async function loadErrorTables(root: string): Promise<ErrorTable[]> {
  const tables: ErrorTable[] = [];
  // Folders are listed in another order on another disk, and several tables may have one prefix.
  const files = await Array.fromAsync(glob('packages/*/src/**/*.ts', { cwd: root }));
  for (const file of files.sort()) {
    if (file.endsWith('.test.ts')) continue;
    if (!/^(export )?const \w+ = defineErrors\(/m.test(await readFile(join(root, file), 'utf8')))
      continue;
    const exports: Record<string, unknown> = await import(pathToFileURL(join(root, file)).href);
    const found = Object.values(exports)
      .map(tableOf)
      .filter((table) => table !== undefined);
    if (found.length === 0) throw generateError.TABLE_NOT_EXPORTED({ file });
    tables.push(...found);
  }
  return withoutRepeats(tables).sort((a, b) => a.prefix.localeCompare(b.prefix));
}

function tableOf(value: unknown): ErrorTable | undefined {
  const { table } = (value ?? {}) as { table?: ErrorTable };
  return typeof table?.prefix === 'string' ? table : undefined;
}

/** A module may pass on the table of another: the same table is one, the same code twice is not. */
function withoutRepeats(all: readonly ErrorTable[]): ErrorTable[] {
  const tables = [...new Set(all)];
  const codes = new Set<string>();
  for (const { prefix, rows } of tables) {
    for (const key of Object.keys(rows)) {
      const code = `${prefix}_${key}`;
      if (codes.has(code)) throw generateError.CODE_TWICE({ code });
      codes.add(code);
    }
  }
  return tables;
}
