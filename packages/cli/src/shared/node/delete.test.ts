import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Level } from '@capsule/api/wire';
import { KUKE } from '../../kuke/program.ts';
import { type FakeServices, startFakeCapsule } from '../../testing/fake-capsule.ts';
import { type RunOptions, runCapsulectl } from '../../testing/run-capsulectl.ts';
import { sampleCell, sampleScope, wireCell, wireScope } from '../../testing/sample-node.ts';

const CELL = { realm: 'prod', space: 'default', stack: 'default', cell: 'web' };
const TERMINAL = { size: () => ({ cols: 80, rows: 24 }) } as unknown as NonNullable<
  RunOptions['terminal']
>;

function services(asked: object[]): FakeServices {
  return {
    cell: {
      list: ({ level }) => ({
        nodes:
          level === Level.CELL
            ? [wireCell(sampleCell(['web'], { id: CELL }))]
            : level === Level.REALM
              ? [wireScope(sampleScope(['prod']))]
              : [],
      }),
      delete({ place, cascade, force }) {
        asked.push({ name: place?.realm, cascade, force });
        if (place?.realm !== 'prod') return { existed: false };
        const stack = { realm: 'prod', space: 'default', stack: 'default' };
        return {
          existed: true,
          deleted: [{ ...CELL, container: 'web' }, CELL, stack, { realm: 'prod' }],
        };
      },
    },
  };
}

async function run(line: string, options: RunOptions = {}) {
  const asked: object[] = [];
  await using capsule = await startFakeCapsule(services(asked));
  const result = await runCapsulectl(line.split(' '), {
    program: KUKE,
    target: capsule.target,
    ...options,
  });
  return { ...result, asked };
}

test('a deletion with everything in it names what went, but not the containers', async () => {
  const { stdout, asked } = await run('delete realm prod --cascade');
  assert.equal(
    stdout,
    'cell prod/default/default/web deleted\nstack prod/default/default deleted\nrealm prod deleted\n',
  );
  assert.deepEqual(asked, [{ name: 'prod', cascade: true, force: false }]);
});

test('a purge cascades and kills, and asks on a terminal with a list of what goes', async () => {
  const no = await run('purge realm prod', { terminal: TERMINAL, stdin: 'n\n' });
  assert.equal(no.exitCode, 1);
  assert.match(no.stderr, /^ {2}realm prod: ready$/m);
  assert.match(no.stderr, /^ {2}cell prod\/default\/default\/web: ready, with all that it wrote$/m);
  assert.match(no.stderr, /Purge these 2\? \[y\/N\]/);
  assert.deepEqual(no.asked, []);
  const yes = await run('p r prod', { terminal: TERMINAL, stdin: 'y\n' });
  assert.deepEqual(yes.asked, [{ name: 'prod', cascade: true, force: true }]);
});

test('a single name that does not exist is not found, unless that is expected', async () => {
  const missing = await run('delete realm test');
  assert.equal(missing.exitCode, 3);
  assert.match(missing.stderr, /^error: there is no realm test$/m);
  assert.match(missing.stderr, /`kuke get realm` shows/);
  const lenient = await run('delete realm test --ignore-missing');
  assert.deepEqual([lenient.exitCode, lenient.stdout], [0, 'realm test does not exist\n']);
});
