import { type TarEntry, type TestImage, tar, testImage } from '@capsule/testkit';
import { imageWithLayer } from './image-with-layer.ts';

/** A part of the name of every file that the image tries to write outside. */
export const ESCAPED = 'capsule-escaped';

const data = Buffer.from('out\n');
const UP = '../../../../../../../..';

/** Layers that each try one way to write outside of the folder that they are unpacked into. */
const WAYS: Readonly<Record<string, readonly TarEntry[]>> = {
  'a path that goes up': [{ path: `${UP}/perm/${ESCAPED}-up`, data }],
  'an absolute path': [{ path: `/perm/${ESCAPED}-absolute`, data }],
  'a link to an absolute place, and a file behind it': [
    { path: 'out', link: '/perm' },
    { path: `out/${ESCAPED}-link`, data },
  ],
  'a link that goes up, and a file behind it': [
    { path: 'out', link: UP },
    { path: `out/perm/${ESCAPED}-link-up`, data },
  ],
  'a link to a link, and a file behind them': [
    { path: 'far', link: '/proc/1/root/perm' },
    { path: 'near', link: 'far' },
    { path: `near/${ESCAPED}-links`, data },
  ],
  'a file that replaces a link to a file outside': [
    { path: 'file', link: `/perm/${ESCAPED}-through` },
    { path: 'file', data },
  ],
};

export function waysOut(): readonly string[] {
  return Object.keys(WAYS);
}

export function escapingImage(way: string): TestImage {
  return testImage({ layers: [WAYS[way] ?? []] });
}

/** An image whose layer has a hard link to a file of the capsule. */
export function thievingImage(target: string): TestImage {
  return imageWithLayer(hardLink('loot', target));
}

/** The same as a symbolic link, but for the type in the header and so the sum. */
function hardLink(path: string, target: string): Buffer {
  const archive = tar([{ path, link: target }]);
  archive.write('1', 156, 'latin1');
  archive.write('        ', 148, 'latin1');
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return archive;
}
