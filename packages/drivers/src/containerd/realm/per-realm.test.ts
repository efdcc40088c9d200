import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RealmNamespace } from '@capsule/core';
import { PerRealm } from './per-realm.ts';

function openRealms(...first: readonly RealmNamespace[]) {
  const state = { realms: first };
  const opened: RealmNamespace[] = [];
  const perRealm = new PerRealm(
    {
      namespaceOf: (realm) => state.realms.find(({ name }) => name === realm)?.namespace,
      realms: () => state.realms,
    },
    (realm) => {
      opened.push(realm);
      return { ...realm };
    },
  );
  return { state, opened, perRealm };
}

const MAIN = { name: 'main', namespace: 'kukeon-main' };
const TEAM = { name: 'team', namespace: 'kukeon-team' };

test('each realm has one value, however it is asked for', () => {
  const { perRealm, opened } = openRealms(MAIN, TEAM);
  const main = perRealm.of('main');
  assert.deepEqual(perRealm.all(), [MAIN, TEAM]);
  assert.equal(perRealm.all()[0], main);
  assert.equal(perRealm.in('kukeon-main'), main);
  assert.equal(opened.length, 2);
});

test('an unknown realm is refused, and an unknown namespace has no value', () => {
  const { perRealm } = openRealms(MAIN);
  assert.throws(() => perRealm.of('team'), { code: 'REALM_UNKNOWN' });
  assert.equal(perRealm.in('kukeon-team'), undefined);
});

test('a realm that goes takes its value along', () => {
  const { perRealm, state } = openRealms(MAIN, TEAM);
  const before = perRealm.of('team');
  state.realms = [MAIN];
  assert.equal(perRealm.in('kukeon-team'), undefined);
  assert.deepEqual(perRealm.all(), [MAIN]);
  state.realms = [MAIN, TEAM];
  assert.notEqual(perRealm.of('team'), before);
});

test('a namespace that goes to another realm has another value', () => {
  const { perRealm, state } = openRealms(TEAM);
  perRealm.of('team');
  state.realms = [{ name: 'crew', namespace: 'kukeon-team' }];
  assert.deepEqual(perRealm.in('kukeon-team'), { name: 'crew', namespace: 'kukeon-team' });
});
