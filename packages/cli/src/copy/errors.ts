import { defineErrors } from '@capsule/core';

export const copyError = defineErrors('COPY', {
  SOURCE_MISSING: {
    kind: 'notFound',
    message: (f: { path: string }) => `there is nothing at ${f.path}`,
    hint: 'check the path',
  },
  TARGET_MISSING: {
    kind: 'notFound',
    message: (f: { path: string }) => `the folder ${f.path} does not exist`,
    hint: 'make it first, or copy to an existing one',
  },
  NOT_A_FOLDER: {
    kind: 'invalid',
    message: (f: { path: string }) => `${f.path} is not a folder`,
    hint: 'a path that ends in / and a folder as source need one',
  },
  NAME_REFUSED: {
    kind: 'invalid',
    message: (f: { name: string }) =>
      `the archive holds ${JSON.stringify(f.name)}, which leads elsewhere`,
    why: 'what comes from a workload is not trusted to choose where it is written',
  },
  LINK_REFUSED: {
    kind: 'invalid',
    message: (f: { name: string; target: string }) =>
      `the archive links ${JSON.stringify(f.name)} to ${JSON.stringify(f.target)}, which it did not bring`,
  },
  KIND_REFUSED: {
    kind: 'invalid',
    message: (f: { name: string; kind: string }) =>
      `${JSON.stringify(f.name)} is a ${f.kind}, which is not copied to this machine`,
    hint: 'copy what is beside it, or take the archive itself with `-` as target',
  },
  IN_THE_WAY: {
    kind: 'invalid',
    message: (f: { path: string }) => `${f.path} is in the way`,
    why: 'a folder is not replaced by a file, and links are not followed',
    hint: 'move it, or copy to another place',
  },
  ARCHIVE_DAMAGED: {
    kind: 'internal',
    message: (f: { reason: string }) => `what arrived is not a whole archive: ${f.reason}`,
    hint: 'copy again; what was written so far stays',
  },
});
