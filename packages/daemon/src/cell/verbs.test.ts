/**
 * Every verb on every state of a cell, of its root and of a sibling. The expectations are the tables of
 * docs/reference/cell-verbs.md; `node packages/daemon/src/cell/verbs.test.ts --write` writes what happens there.
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fakeOutside } from '@capsule/testkit';
import { CellCase, type Subject } from '../testing/cell-case.ts';
import { CellWorld } from '../testing/cell-world.ts';

const PAGE = join(import.meta.dirname, '../../../../docs/reference/cell-verbs.md');
const TABLES = '<!-- tables -->';
const HELD = 'docker.io/library/held:latest';
/** Fewer than pulls at once. */
const AT_ONCE = 7;
/** Its pause outlasts the test. */
const SLOW = { restartPolicy: 'always', restartBackoffSeconds: 300 } as const;

type Outside = ReturnType<typeof fakeOutside>;
type Setup = (one: CellCase, outside: Outside) => Promise<unknown>;

const STATES: Readonly<Record<string, Setup>> = {
  missing: async (one) => {
    if (one.subject === 'sibling') await one.applyCell(one.root);
  },
  'in an empty cell': (one) => one.applyCell(),
  'pending (image away)': (one) => whole(one, { image: HELD }),
  ready: (one) => whole(one),
  paused: async (one) => {
    await whole(one);
    await one.act('pause');
  },
  stopped: async (one) => {
    await whole(one);
    await (one.subject === 'root' ? cellOf(one) : one).act('stop');
  },
  'exited with 0': (one, outside) => ended(one, outside, 0),
  'exited with 3': (one, outside) => ended(one, outside, 3),
  'in back-off': (one, outside) => ended(one, outside, 3, SLOW),
  'being deleted': async (one, { runtime }) => {
    await whole(one);
    runtime.keep(containersOf(one));
    void (one.subject === 'root' ? cellOf(one) : one).remove({ cascade: true });
  },
};

const SIBLING_STATES: Readonly<Record<string, Setup>> = {
  'in a stopped cell': async (one) => {
    await whole(one);
    await cellOf(one).act('stop');
  },
  'missing in a stopped cell': async (one) => {
    await one.applyCell(one.root);
    await cellOf(one).act('stop');
  },
  'in a paused cell': async (one) => {
    await whole(one);
    await cellOf(one).act('pause');
  },
  'missing in a paused cell': async (one) => {
    await one.applyCell(one.root);
    await one.world.capsuled.settle();
    await cellOf(one).act('pause');
  },
  'in a cell whose root exited with 0': async (one, outside) => {
    await whole(one);
    outside.runtime.exit(one.root, 0);
  },
  'missing in a cell whose root exited with 0': async (one, outside) => {
    await one.applyCell(one.root);
    await one.world.capsuled.settle();
    outside.runtime.exit(one.root, 0);
  },
};

const VERBS: Readonly<Record<string, (one: CellCase) => Promise<string>>> = {
  create: (one) => one.declare('same', true),
  'create otherwise': (one) => one.declare('other', true),
  apply: (one) => one.declare('same', false),
  'apply otherwise': (one) => one.declare('other', false),
  start: (one) => one.act('start'),
  stop: (one) => one.act('stop'),
  kill: (one) => one.act('kill'),
  restart: (one) => one.act('restart'),
  pause: (one) => one.act('pause'),
  unpause: (one) => one.act('unpause'),
  delete: (one) => one.remove(),
  'delete --force': (one) => one.remove({ force: true }),
  'delete --cascade': (one) => one.remove({ cascade: true }),
  'delete --cascade --force': (one) => one.remove({ cascade: true, force: true }),
};

/** Verbs after which a removal that failed before succeeds. A root is not deleted alone. */
const RELEASES: Readonly<Partial<Record<Subject, RegExp>>> = {
  cell: /^delete/,
  sibling: /^(create|apply|delete)/,
};

async function whole(one: CellCase, change: CellCase['change'] = {}): Promise<void> {
  one.change = change;
  await one.applyCell(one.root, one.sibling);
  await one.world.capsuled.settle();
}

async function ended(
  one: CellCase,
  { runtime }: Outside,
  exitCode: number,
  change: CellCase['change'] = {},
): Promise<void> {
  await whole(one, change);
  runtime.exit(one.ref, exitCode);
}

function containersOf({ root, sibling }: CellCase) {
  return [root, sibling];
}

function cellOf({ world, id }: CellCase): CellCase {
  return new CellCase(world, id.cell, 'cell');
}

interface Row {
  readonly verb: string;
  readonly result: string;
  readonly states: readonly string[];
}

/** Each verb has a cell of its own; several share a capsule. */
async function tryAll(subject: Subject, setUp: Setup) {
  const verbs = Object.keys(VERBS).filter(
    (verb) => subject === 'cell' || !verb.includes('cascade'),
  );
  const tries: Try[] = [];
  while (verbs.length > 0) tries.push(...(await trySome(subject, setUp, verbs.splice(0, AT_ONCE))));
  return { before: tries[0]?.before ?? [], rows: tries.map(({ row }) => row) };
}

interface Try {
  readonly before: readonly string[];
  readonly row: Row;
}

async function trySome(subject: Subject, setUp: Setup, verbs: readonly string[]): Promise<Try[]> {
  const outside = fakeOutside();
  for (const name of ['nginx', 'redis']) outside.images.offer(`docker.io/library/${name}:latest`);
  outside.images.hold(HELD);
  await using world = new CellWorld(outside);
  const cases = verbs.map((verb, at) => ({ verb, one: new CellCase(world, `c${at}`, subject) }));
  await Promise.all(cases.map(({ one }) => setUp(one, outside)));
  await world.capsuled.settle();
  return await Promise.all(
    cases.map(async ({ verb, one }) => {
      const before = one.states();
      if (RELEASES[subject]?.test(verb)) outside.runtime.release(containersOf(one));
      const result = (await VERBS[verb]?.(one)) ?? '';
      await world.capsuled.settle();
      return { before, row: { verb, result, states: one.states() } };
    }),
  );
}

async function tableOf(subject: Subject): Promise<string> {
  const states = { ...STATES, ...(subject === 'sibling' && SIBLING_STATES) };
  const lines = ['| verbs | result | cell | root | sibling |', '|---|---|---|---|---|'];
  for (const [name, setUp] of Object.entries(states)) {
    const { before, rows } = await tryAll(subject, setUp);
    lines.push(lineOf([`**${name}**`, '', ...before]));
    const groups = Map.groupBy(rows, ({ result, states }) => lineOf([result, ...states]));
    for (const [end, same] of groups) {
      lines.push(`| ${same.map(({ verb }) => `\`${verb}\``).join(', ')} ${end}`);
    }
  }
  return lines.join('\n');
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

const TITLES: readonly (readonly [Subject, string])[] = [
  ['cell', '## Verbs on a cell'],
  ['root', '## Verbs on the root container'],
  ['sibling', '## Verbs on another container'],
];

test('every verb on every state does what its page says', { timeout: 60_000 }, async () => {
  const tables: string[] = [];
  for (const [subject, title] of TITLES) tables.push(`${title}\n\n${await tableOf(subject)}`);
  const page = await readFile(PAGE, 'utf8');
  const [head] = page.split(TABLES);
  const found = `${head}${TABLES}\n\n${tables.join('\n\n')}\n`;
  if (process.argv.includes('--write')) await writeFile(PAGE, found);
  else assert.equal(found, page);
});
