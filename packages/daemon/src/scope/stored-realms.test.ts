import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '@capsule/engine';
import { MIGRATIONS } from '../store/migrations.ts';
import { Scopes } from '../store/scopes.ts';
import { StoredRealms } from './stored-realms.ts';

function openScopes() {
  const network = { bridge: 'br0', cidr: '172.20.254.0/24' };
  return new Scopes(openStore(':memory:', MIGRATIONS), network);
}

const TEAM = { place: { realm: 'team' }, uid: 'u', labels: {}, createdAt: 1, namespace: 'k8s.io' };

test('a new store has the realm of flat workloads', () => {
  const realms = new StoredRealms(openScopes());
  assert.deepEqual(realms.realms(), [{ name: 'main', namespace: 'kukeon-main' }]);
});

test('a realm is there from its first record to its last', () => {
  const scopes = openScopes();
  const realms = new StoredRealms(scopes);
  assert.equal(realms.namespaceOf('team'), undefined);
  scopes.insert(TEAM);
  assert.equal(realms.namespaceOf('team'), 'k8s.io');
  scopes.markDeleting(TEAM.place);
  assert.deepEqual(
    realms.realms().map(({ name }) => name),
    ['main', 'team'],
  );
  scopes.remove({ place: TEAM.place, generation: 2 });
  assert.equal(realms.namespaceOf('team'), undefined);
});
