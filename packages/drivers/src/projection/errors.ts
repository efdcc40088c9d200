import { defineErrors } from '@capsule/core';

interface At {
  readonly path: string;
}

/** Failures of the files that show the store. */
export const projectionError = defineErrors('PROJECTION', {
  PATH_INVALID: {
    kind: 'invalid',
    message: (f: At) => `${JSON.stringify(f.path)} is not a path of the capsule's YAML files`,
    why: 'each part is a name of lower-case letters, digits, "-" and ".", and begins with a letter or a digit',
  },
  NOT_A_FOLDER: {
    kind: 'conflict',
    message: (f: At) => `${f.path} is not a folder`,
    why: 'the capsule keeps its YAML files there, and follows no link',
    hint: 'move it away on the capsule; the capsule then creates the folder',
  },
  NOT_A_FILE: {
    kind: 'conflict',
    message: (f: At) => `${f.path} is a folder`,
    why: 'the capsule keeps a YAML file of this name there',
    hint: 'move it away on the capsule; the capsule then writes the file',
  },
});
