import { defineErrors } from '@capsule/core';

export const diagnosisError = defineErrors('DIAGNOSIS', {
  SECTION_UNKNOWN: {
    kind: 'invalid',
    message: (f: { section: string; sections: string }) =>
      `${JSON.stringify(f.section)} is not a section of a diagnosis`,
    hint: (f: { sections: string }) => `use ${f.sections}`,
  },
});
