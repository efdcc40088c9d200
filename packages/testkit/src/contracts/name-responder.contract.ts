import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { type CellNames, cellOfWorkload, type NameResponder } from '@capsule/core';

/** A responder that has received no names yet, and answers in main/default at 172.20.254.1. */
export interface NamesBench {
  readonly responder: NameResponder;
  /** A flat workload's answer for a name: its addresses or one of these words. */
  readonly lookup: (name: string) => Promise<NameFound>;
}

export type NameFound = string | 'unknown' | 'no address' | 'no such name';

/** The contract of every `NameResponder`. `open` returns a fresh bench; it cleans up after the test. */
export function nameResponderContract(
  name: string,
  open: (t: TestContext) => Promise<NamesBench>,
): void {
  suite(`name responder contract: ${name}`, () => {
    test('before the names have arrived, the responder denies no name', async (t) => {
      const { responder, lookup } = await open(t);
      assert.equal(responder.problem(), undefined);
      assert.equal(await lookup('web'), 'unknown');
      responder.update([]);
      assert.equal(await lookup('web'), 'no such name');
    });

    test('a name is found in its short and full form, in upper and lower case', async (t) => {
      const { responder, lookup } = await open(t);
      responder.update([named('web', '172.20.254.10')]);
      for (const asked of ['web', 'web.capsule.internal', 'WEB', 'Web.Capsule.Internal']) {
        assert.equal(await lookup(asked), '172.20.254.10', asked);
      }
      assert.equal(await lookup('db'), 'no such name');
      assert.equal(await lookup('db.capsule.internal'), 'no such name');
    });

    test('a name may have no address, or the address of the capsule', async (t) => {
      const { responder, lookup } = await open(t);
      responder.update([named('resting', undefined), named('proxy', 'capsule')]);
      assert.equal(await lookup('resting'), 'no address');
      assert.equal(await lookup('proxy'), '172.20.254.1');
    });

    test('an alias is answered with the addresses of all its cells, and a name with its own', async (t) => {
      const { responder, lookup } = await open(t);
      responder.update([
        named('one', '172.20.254.12', ['backend', 'web']),
        named('two', '172.20.254.11', ['backend']),
        named('three', undefined, ['backend', 'idle']),
        named('web', '172.20.254.10'),
      ]);
      assert.equal(await lookup('backend'), '172.20.254.11 172.20.254.12');
      assert.equal(await lookup('backend.capsule.internal'), '172.20.254.11 172.20.254.12');
      assert.equal(await lookup('idle'), 'no address');
      assert.equal(await lookup('web'), '172.20.254.10');
    });

    test('a new set of names replaces the earlier set', async (t) => {
      const { responder, lookup } = await open(t);
      responder.update([named('web', '172.20.254.10'), named('db', '172.20.254.11')]);
      responder.update([named('web', '172.20.254.99')]);
      assert.equal(await lookup('web'), '172.20.254.99');
      assert.equal(await lookup('db'), 'no such name');
    });
  });
}

function named(
  name: string,
  address: CellNames['address'],
  aliases: readonly string[] = [],
): CellNames {
  return { cell: cellOfWorkload(name), aliases, address };
}
