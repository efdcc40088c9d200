import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineErrors } from '@capsule/core';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';
import { sampleCell, sampleContainer, wireCell, wireContainer } from '../../testing/sample-node.ts';

const workloadError = defineErrors('WORKLOAD', {
  NOT_FOUND: {
    kind: 'notFound',
    message: (f: { name: string }) => `there is no workload named ${f.name}`,
    hint: 'look at the list',
  },
});

test('a misspelt name is answered with the one that was probably meant, and no other', async () => {
  await using capsule = await startFakeCapsule({
    workload: {
      get: ({ name }) => {
        throw workloadError.NOT_FOUND({ name });
      },
      list: () => ({ workloads: [{ name: 'hello' }, { name: 'db' }] }),
    },
  });
  const fix = async (...words: string[]) =>
    /fix: (.*)/.exec((await runCapsulectl(words, capsule)).stderr)?.[1];
  assert.equal(await fix('workload', 'get', 'hullo'), 'did you mean hello? look at the list');
  assert.equal(await fix('workload', 'get', 'elsewhere'), 'look at the list');
});

const cellError = defineErrors('CELL', {
  NOT_FOUND: {
    kind: 'notFound',
    message: (f: { level: string; place: string }) => `there is no ${f.level} ${f.place}`,
    hint: 'look at the list',
  },
});

test('a cell and a container are looked for in the place that was named', async () => {
  await using capsule = await startFakeCapsule({
    cell: {
      get: ({ place }) => {
        const isCell = place?.container === '';
        const facts = isCell ? 'webb' : 'main/default/default/web/sied';
        throw cellError.NOT_FOUND({ level: isCell ? 'cell' : 'container', place: facts });
      },
      list: ({ within }) => ({
        nodes: within?.cell
          ? [wireContainer(sampleContainer('side'))]
          : [wireCell(sampleCell(['web']))],
      }),
    },
  });
  const fix = async (line: string) =>
    /fix: (.*)/.exec((await runCapsulectl(line.split(' '), capsule)).stderr)?.[1];
  assert.equal(await fix('cell get webb'), 'did you mean web? look at the list');
  assert.equal(await fix('container get web/sied'), 'did you mean side? look at the list');
});
