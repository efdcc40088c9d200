import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameProblems } from './name-problems.ts';

const REFUSED = [
  'export interface WantedWorkload {',
  'export function toldAs(word: string) {',
  'export async function* startAnew() {',
  'export const MAX_WISHES = 1;',
  'export type Wanted = string;',
  'export abstract class HeardEvents {',
];
const ACCEPTED = [
  'export interface DesiredWorkload {',
  'export const renewed = 1;',
  'const wanted = 1;',
  'export function tolerate() {',
];

test('an exported name with a word that has a term of the field is refused, by line', () => {
  for (const line of REFUSED) {
    const problems = nameProblems('a.ts', `\n${line}\n`);
    assert.equal(problems.length, 1, line);
    assert.match(problems[0] ?? '', /^a\.ts:2: “\w+” in a name: /);
  }
});

test('other names, and names that a file keeps to itself, are accepted', () => {
  for (const line of ACCEPTED) assert.deepEqual(nameProblems('a.ts', line), [], line);
});
