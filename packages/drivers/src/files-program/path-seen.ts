import type { PathSeen, PathType } from '@capsule/core';

const TYPES: readonly PathType[] = ['none', 'file', 'folder', 'link', 'other'];

/** Parses the output of `capsule-files look`: a line `name=value` for each fact. Pure. */
export function parseSeen(text: string): PathSeen {
  const facts = new Map(
    text.split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
  const target = facts.get('target');
  return {
    type: pathType(facts.get('type')),
    sizeBytes: Number(facts.get('size') ?? 0),
    mode: Number(facts.get('mode') ?? 0),
    modifiedAt: Number(facts.get('mtime') ?? 0),
    ...(target === undefined ? {} : { link: { target, behind: pathType(facts.get('behind')) } }),
  };
}

function pathType(word: string | undefined): PathType {
  return TYPES.find((type) => type === word) ?? 'other';
}
