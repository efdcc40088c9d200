import { defineErrors } from '@capsule/core';

export const generateError = defineErrors('GENERATE', {
  TABLE_NOT_EXPORTED: {
    kind: 'invalid',
    message: (f: { file: string }) => `${f.file} defines an error table and does not export it`,
    hint: 'export the result of defineErrors',
  },
  CODE_TWICE: {
    kind: 'conflict',
    message: (f: { code: string }) => `the error code ${f.code} is defined twice`,
    hint: 'give one of the tables another prefix; codes are permanent, so change the newer one',
  },
});
