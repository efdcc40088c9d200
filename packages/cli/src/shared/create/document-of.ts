import { levelOf, nameOfPlace, type Place } from '@capsule/core';
import { capitalised } from '../../program/capitalised.ts';
import type { Input } from '../../program/input.ts';
import { containerBlock, labelsOf } from './container-block.ts';
import { CONTAINER_FLAGS, DEFAULT_IMAGE } from './container-flags.ts';

/** The manifest that the flags of a `create` describe. Fails with `CLI_USAGE`. */
export function documentOf(input: Input, place: Place): object {
  const level = levelOf(place);
  const labels = labelsOf(input);
  return {
    apiVersion: 'v1beta1',
    kind: capitalised(level),
    metadata: {
      name: nameOfPlace(place),
      ...(Object.keys(labels).length > 0 && { labels }),
    },
    spec: { id: nameOfPlace(place), ...outerParts(place), ...specOf(input, place) },
  };
}

function specOf(input: Input, place: Place): object {
  const level = levelOf(place);
  const image = input.text('image');
  if (level === 'realm') {
    const namespace = input.text('namespace');
    return namespace === undefined ? {} : { namespace };
  }
  if (level === 'cell') return cellSpec(input, nameOfPlace(place), image);
  if (level !== 'container') return {};
  return {
    ...(input.isOn('root') && { root: true }),
    ...containerBlock(input, image ?? DEFAULT_IMAGE),
  };
}

/** With an image, its root has the name of the cell, as that of a flat workload. */
function cellSpec(input: Input, name: string, image: string | undefined): object {
  if (image !== undefined) return { containers: [{ id: name, ...containerBlock(input, image) }] };
  const given = CONTAINER_FLAGS.find(({ flags }) => isGiven(input, flags));
  if (given === undefined) return {};
  const [flag = ''] = given.flags.split(' ');
  throw input.refuse(
    `${flag} needs a container, and a cell without --image has none`,
    'add --image',
  );
}

function isGiven(input: Input, flags: string): boolean {
  const name = flags
    .replace(/^--| .*$/g, '')
    .replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return input.text(name) !== undefined || input.texts(name).length > 0 || input.isOn(name);
}

const KEYS = { realm: 'realmId', space: 'spaceId', stack: 'stackId', cell: 'cellId' } as const;

function outerParts(place: Place): object {
  const own = levelOf(place);
  return Object.fromEntries(
    Object.entries(KEYS)
      .filter(([level]) => level !== own)
      .flatMap(([level, key]) => {
        const name = place[level as keyof typeof KEYS];
        return name === undefined ? [] : [[key, name]];
      }),
  );
}
