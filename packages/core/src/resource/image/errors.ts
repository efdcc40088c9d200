import { defineErrors } from '../../error/define-errors.ts';

export const referenceError = defineErrors('REFERENCE', {
  INVALID: {
    kind: 'invalid',
    message: (f: { reference: string; reason: string }) =>
      `${JSON.stringify(f.reference)} is not an image reference: ${f.reason}`,
    hint: 'write it as [REGISTRY[:PORT]/]NAME[:TAG][@DIGEST], for example docker.io/library/nginx:1.27-alpine',
  },
});
