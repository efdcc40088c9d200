import { action, defineErrors, remedy } from '@capsule/core';

export const updateError = defineErrors('UPDATE', {
  NO_SLOTS: {
    kind: 'unsupported',
    message: () => 'this capsule has no slots to update',
    why: 'it runs inside another operating system and does not update that system',
    hint: 'start the new version of the capsule: it keeps its state',
  },
  BUSY: {
    kind: 'conflict',
    message: () => 'another update is being received',
    hint: 'wait until it has ended',
  },
  ON_TRIAL: {
    kind: 'precondition',
    message: (f: { version: string }) => `version ${f.version} is on trial`,
    why: 'the other slot holds the only system that is known to work',
    hint: remedy`confirm the version with ${action('update.confirm')}, or go back with ${action('update.rollback')}`,
  },
  REBOOT_DUE: {
    kind: 'precondition',
    message: (f: { version: string }) => `version ${f.version} is written and waits for the reboot`,
    hint: remedy`reboot with ${action('capsule.reboot')}`,
  },
  NOT_ON_TRIAL: {
    kind: 'precondition',
    message: () => 'no version is on trial',
    hint: remedy`${action('update.history')} shows how the last update ended`,
  },
  NOTHING_BEFORE: {
    kind: 'precondition',
    message: (f: { slot: string }) => `there is no version to go back to in ${f.slot}`,
    hint: remedy`install the version that you want with ${action('update.push', { bundle: 'BUNDLE' })}`,
  },
  OUT_OF_ORDER: {
    kind: 'invalid',
    message: () => 'update messages are out of order: metadata must come first, once',
    hint: remedy`use ${action('update.push', { bundle: 'BUNDLE' })}`,
  },
  CHECKSUM_DIFFERS: {
    kind: 'invalid',
    message: (f: { detail: string }) => `the bundle did not arrive as it was sent: ${f.detail}`,
    hint: 'send it again',
  },
});
