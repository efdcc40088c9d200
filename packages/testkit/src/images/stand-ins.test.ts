import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normaliseImageReference } from '@capsule/core';
import { demoRecipe } from '@capsule/launcher';
import { standInRecipes } from './stand-ins.ts';

const all = [...standInRecipes, demoRecipe];

test('every name is a full reference, and no two images share one', () => {
  const names = all.flatMap((recipe) => recipe.names);
  assert.deepEqual(
    names.map((name) => normaliseImageReference(name)),
    names,
  );
  assert.equal(new Set(names).size, names.length);
});

test('every image names its program', () => {
  for (const { names, config } of all) {
    assert.ok(config['Cmd'] ?? config['Entrypoint'], `${names[0]} has no command`);
  }
});

test('the user of an image is one of its accounts', () => {
  for (const { config, files } of all) {
    const user = config['User'] as string | undefined;
    if (user !== undefined)
      assert.match(files?.['/etc/passwd']?.content ?? '', new RegExp(`^${user}:`, 'm'));
  }
});
