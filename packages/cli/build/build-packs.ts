import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { renderPages } from '../src/bundle/pages.ts';
import { helpPages } from './help-pages.ts';
import { type LazyModule, lazyModule } from './lazy-module.ts';
import { leanModuleOf } from './lean-schemas.ts';
import { readModules } from './module-graph.ts';
import { Packer } from './pack.ts';
import { keepCompiled, modulesThatRun } from './warm-up.ts';

const ENTRY = join(import.meta.dirname, '../src/main.ts');
const LOADER = join(import.meta.dirname, '../src/bundle/load-packs.ts');
const PAGES = join(import.meta.dirname, '../src/bundle/pages.ts');
const STARTER = 'cli.cjs';
/** Programs that run go on reading the packs that they began with. */
const KEPT_MS = 3600_000;

/** Writes `cli.cjs`, and a folder of packs for it, into `folder`. */
export async function buildPacks(folder: string): Promise<void> {
  const startedAt = new Date();
  await mkdir(folder, { recursive: true });
  const draft = await mkdtemp(join(folder, 'draft-'));
  try {
    const pages = renderPages(helpPages());
    await writeFile(join(draft, 'cli-pages'), pages);
    const packs = await writePacks(draft);
    // V8's code is for one version of Node.
    const digest = createHash('sha256').update([...packs, pages, process.version].join(''));
    const name = `packs-${digest.digest('hex').slice(0, 16)}`;
    await writeStarter(join(draft, STARTER), '.');
    await keepCompiled(join(draft, STARTER), draft);
    await mkdir(join(draft, name));
    for (const file of await readdir(draft)) {
      if (/^cli-(\d|pages)/.test(file)) await rename(join(draft, file), join(draft, name, file));
    }
    // A program may be reading it: one that is there already is as good.
    if (!(await readdir(folder)).includes(name)) {
      await rename(join(draft, name), join(folder, name));
    }
    await writeStarter(join(draft, STARTER), name);
    // As old as what it was made from: a source that changes meanwhile is newer.
    await utimes(join(draft, STARTER), startedAt, startedAt);
    await rename(join(draft, STARTER), join(folder, STARTER));
    await removeOld(folder, name);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Writes the modules in packs, and returns their code. The entry is module 0. */
async function writePacks(draft: string): Promise<readonly string[]> {
  const modules = await Promise.all((await readModules(ENTRY, leanModuleOf)).map(lazyModule));
  const isEntry = ({ name }: { readonly name: string }) => name.endsWith('src/main.ts');
  modules.sort((a, b) => Number(isEntry(b)) - Number(isEntry(a)));
  const all = await new Packer(modules).pack(0, modules.length, 'noteRun');
  await writeFile(join(draft, 'cli-0.js'), all);
  await writeStarter(join(draft, STARTER), '.');
  const ran = await modulesThatRun(join(draft, STARTER), draft);
  const rest = new Set(modules.keys()).difference(new Set(ran.flat()));
  const packs = await packAll(modules, [...ran, [...rest]]);
  for (const [at, code] of packs.entries()) await writeFile(join(draft, `cli-${at}.js`), code);
  return packs;
}

/** The code of one pack for each list of numbers. The modules get new numbers, in the order of the packs. */
async function packAll(
  modules: readonly LazyModule[],
  packs: readonly (readonly number[])[],
): Promise<readonly string[]> {
  const packer = new Packer(packs.flat().flatMap((at) => modules[at] ?? []));
  let first = 0;
  return Promise.all(
    packs.map(({ length }) => {
      first += length;
      return packer.pack(first - length, first);
    }),
  );
}

/** The program that starts the packs in a folder beside it. */
async function writeStarter(file: string, packs: string): Promise<void> {
  const contents = `import { startPacks } from ${JSON.stringify(LOADER)};
import { printPage } from ${JSON.stringify(PAGES)};
const folder = __dirname + ${JSON.stringify(`/${packs}/`)};
if (!printPage(folder + 'cli-pages', process.argv.slice(2), process)) startPacks(folder, require);`;
  await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify: true,
    logLevel: 'error',
  });
}

async function removeOld(folder: string, current: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (!/^(packs|draft)-/.test(name) || name === current) continue;
    if (Date.now() - (await stat(path)).mtimeMs > KEPT_MS) await rm(path, { recursive: true });
  }
}
