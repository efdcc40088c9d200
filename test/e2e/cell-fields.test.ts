import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { connectCapsule } from '@capsule/api/node';
import { type CellContainer, Level, NodeState } from '@capsule/api/wire';
import { CELL_CONTAINER_FIELDS } from '@capsule/core/manifest';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { applyText, document, file } from '../lab/cell.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { until } from '../lab/until.ts';
import {
  type CellField,
  type EditedRow,
  type FieldRow,
  IMAGES,
  type RefusedRow,
  ROWS,
  type RowContainer,
} from './support/cell-field-rows.ts';

const BOUND = { timeout: 240_000 };
const STAY = 'trap "exit 0" TERM; while :; do sleep 1000 & wait; done';
const entries = Object.entries(ROWS) as readonly (readonly [CellField, FieldRow])[];
const editedRows = entries.filter((entry): entry is [CellField, EditedRow] => 'edit' in entry[1]);
const refusedRows = entries.filter(
  (entry): entry is [CellField, RefusedRow] => 'refusal' in entry[1],
);

let lab: Lab;
/** Before the edit, by container. */
let first: ReadonlyMap<string, CellContainer>;
let second: ReadonlyMap<string, CellContainer>;

suite('fields of a container of a cell', { concurrency: false }, () => {
  before(async () => {
    lab = await startLab({ images: [] });
    for (const image of IMAGES) {
      const Cmd = ['/bin/sh', '-c', STAY];
      await pushBusybox(lab, image, { Cmd, Env: [`IMAGE=${image}`] });
    }
    await mkdir(join(lab.stateDir, 'perm/shared'), { recursive: true });
    await writeFile(join(lab.stateDir, 'perm/shared/word'), 'hello\n');
    await capsulectl(lab, ['volume', 'create', 'data']);
    await applyText(lab, file(...cells(0)));
    first = await settled();
  }, BOUND);
  after(() => lab[Symbol.asyncDispose](), BOUND);

  test('the table has a row for every field', () => {
    assert.deepEqual(Object.keys(ROWS).toSorted(), [...CELL_CONTAINER_FIELDS].toSorted());
  });

  for (const [field, row] of entries) {
    test(`${field} takes effect`, BOUND, () =>
      row.shows(at(first, field), ('edit' in row ? row.values[0] : row.value) as never),
    );
  }

  for (const [field, { to, refusal }] of refusedRows) {
    test(`an edit of ${field} is refused by name`, BOUND, async () => {
      const input = file(
        document('Cell', 'fields', { containers: containersOf(0, { [field]: to }) }),
      );
      const alone = document('Container', 'id', {
        ...containerOf('id', 0),
        id: to,
        cellId: 'fields',
      });
      const text = field === 'id' ? file(alone) : input;
      const { stderr, exitCode } = await capsulectl(lab, ['apply', '-f', '-'], {
        input: text,
        allow: [1, 2, 3, 4, 5],
      });
      assert.notEqual(exitCode, 0);
      assert.match(stderr, refusal);
    });
  }

  test('one apply edits every field, and says which containers are new', BOUND, async () => {
    const { stdout } = await capsulectl(lab, ['diff', '-f', '-'], {
      input: file(...cells(1)),
      allow: [0, 1],
    });
    await applyText(lab, file(...cells(1)));
    second = await settled(first);
    for (const [field, { edit }] of editedRows) {
      const name = field.toLowerCase();
      const isSame = second.get(name)?.status?.pid === first.get(name)?.status?.pid;
      assert.equal(isSame, edit === 'inPlace', `${field}\n${stdout}`);
    }
  });

  for (const [field, { values, shows }] of editedRows) {
    test(`an edit of ${field} takes effect`, BOUND, () =>
      shows(at(second, field), values[1] as never),
    );
  }

  test('a stop uses the edited signal and the edited grace', BOUND, async () => {
    assert.deepEqual(await stopped('stopsignal'), { exitCode: 12, exitSignal: 0 });
    assert.equal((await stopped('stopgraceseconds')).exitSignal, 9);
  });

  test('the output of get changes nothing when it is applied', BOUND, async () => {
    const names = cells(1).map((one) => (one as { metadata: { name: string } }).metadata.name);
    const printed = [];
    for (const name of names) {
      printed.push((await capsulectl(lab, ['cell', 'get', name, '-o', 'yaml'])).stdout);
    }
    const again = await applyText(lab, printed.join('---\n'));
    for (const line of again.trim().split('\n')) assert.match(line, / unchanged$/);
  });
});

function containerOf(field: CellField, at: 0 | 1): Readonly<Record<string, unknown>> {
  const row = ROWS[field];
  const value = 'edit' in row ? row.values[at] : row.value;
  const more = 'edit' in row ? row.and : {};
  return { id: field.toLowerCase(), image: IMAGES[0], minReadySeconds: 0, ...more, [field]: value };
}

function hasOwnCell(field: CellField): boolean {
  const row = ROWS[field];
  return 'edit' in row && row.ownCell === true;
}

/** Of the cell with most of the fields; `wrong` goes into the container of its field. */
function containersOf(at: 0 | 1, wrong: Readonly<Record<string, unknown>> = {}): readonly object[] {
  const shared = entries.map(([field]) => field).filter((field) => !hasOwnCell(field));
  return [
    { id: 'main', root: true, image: IMAGES[0], minReadySeconds: 0 },
    ...shared.map((field) => ({
      ...containerOf(field, at),
      ...(field in wrong && { [field]: wrong[field] }),
    })),
  ];
}

function cells(at: 0 | 1): readonly object[] {
  const own = entries.map(([field]) => field).filter(hasOwnCell);
  return [
    document('Cell', 'fields', { containers: containersOf(at) }),
    ...own.map((field) =>
      document('Cell', field.toLowerCase(), { containers: [containerOf(field, at)] }),
    ),
  ];
}

function at(seen: ReadonlyMap<string, CellContainer>, field: CellField): RowContainer {
  const container = field.toLowerCase();
  const found = seen.get(container);
  if (found === undefined) throw new Error(`${container} is not there`);
  const { containerdId, status } = found;
  const cell = hasOwnCell(field) ? container : 'fields';
  return { lab, pid: status?.pid ?? 0, containerdId, cell, container };
}

/** Resolves when every container runs as it is declared now; `earlier`: as it was before an apply. */
async function settled(
  earlier: ReadonlyMap<string, CellContainer> = new Map(),
): Promise<ReadonlyMap<string, CellContainer>> {
  await using client = connectCapsule(lab.host);
  let late: readonly CellContainer[] = [];
  const look = async () => {
    const { nodes } = await client.cell.list({ level: Level.CONTAINER });
    const all = nodes.flatMap(({ node }) => (node.case === 'container' ? node.value : []));
    late = all.filter((one) => !isSettled(one, earlier));
    return late.length === 0 && new Map(all.map((one) => [one.place?.container ?? '', one]));
  };
  try {
    return await until('all containers to run', 20_000, look);
  } catch (cause) {
    const lines = late.map(({ place, status }) => `${place?.container}: ${status?.message}`);
    throw new Error(lines.join('\n'), { cause });
  }
}

function isSettled(
  { place, status, generation }: CellContainer,
  earlier: ReadonlyMap<string, CellContainer>,
): boolean {
  if (earlier.get(place?.container ?? '')?.generation === generation) return false;
  return status?.state === NodeState.READY && status.observedGeneration === generation;
}

async function stopped(container: string) {
  await using client = connectCapsule(lab.host);
  const place = { realm: 'main', space: 'default', stack: 'default', cell: 'fields', container };
  await client.cell.stop({ place });
  return await until(`${container} to stop`, 30_000, async () => {
    const { node } = await client.cell.get({ place });
    const status = node.case === 'container' ? node.value.status : undefined;
    if (status?.state !== NodeState.STOPPED) return undefined;
    return { exitCode: status.exitCode, exitSignal: status.exitSignal };
  });
}
