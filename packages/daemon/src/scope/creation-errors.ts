import { action, type ErrorRow, remedy } from '@capsule/core';

interface Existing {
  readonly level: string;
  readonly place: string;
}

const EXISTS: ErrorRow<Existing & { readonly fields: readonly string[] }> = {
  kind: 'conflict',
  message: ({ level, place, fields }) =>
    `${level} ${place} exists and differs in ${fields.join(', ')}`,
  hint: remedy`change it with ${action('apply')}`,
};

const BEING_DELETED: ErrorRow<Existing> = {
  kind: 'precondition',
  message: ({ level, place }) => `${level} ${place} is being deleted`,
  hint: 'wait until it is gone, then create it again',
};

/** Why something of any level cannot be created where one of its place exists. */
export const CREATION_ERRORS = { EXISTS, BEING_DELETED };
