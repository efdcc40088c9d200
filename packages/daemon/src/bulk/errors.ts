import { defineErrors } from '@capsule/core';

export const bulkError = defineErrors('BULK', {
  TOO_MANY: {
    kind: 'exhausted',
    message: (f: { most: number }) => `${f.most} transfers are already open`,
    hint: 'try again when a transfer has ended',
  },
  TOO_MANY_OF_CALLER: {
    kind: 'exhausted',
    message: (f: { most: number }) => `this key already has ${f.most} open transfers`,
    why: 'one client must not take the place of the others',
    hint: 'run fewer transfers at once; one that was started and left expires within a minute',
  },
  NO_TRANSFER: {
    kind: 'unavailable',
    message: () => 'the transfer does not exist',
    why: 'its ticket was not used in time, its result was not fetched in time, or capsuled has restarted',
    hint: 'start the transfer again',
  },
  NOT_CONNECTED: {
    kind: 'precondition',
    message: () => 'no connection has presented the ticket of the transfer',
    hint: 'open the bulk connection first',
  },
  LOST: {
    kind: 'unavailable',
    message: () => 'the connection of the transfer was lost',
    hint: 'start the transfer again',
  },
  CUT: {
    kind: 'dataLoss',
    message: (f: { arrived: number; sent: number }) =>
      `${f.arrived} bytes arrived of the ${f.sent} that were sent`,
    hint: 'start the transfer again',
  },
});
