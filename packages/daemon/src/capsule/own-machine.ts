import { defineErrors, type MachinePower } from '@capsule/core';

export const machineError = defineErrors('OWN_MACHINE', {
  ABSENT: {
    kind: 'unsupported',
    message: (f: { verb: string }) => `this capsule cannot ${f.verb} its machine`,
    why: 'it runs on a system that is not its own, beside other programs',
    hint: 'ask that system; a capsule that `npm start` started is stopped with `npm stop`',
  },
});

/** Returns the power of the machine, or throws `OWN_MACHINE_ABSENT`. */
export function requirePower(power: MachinePower | undefined, verb: string): MachinePower {
  if (power === undefined) throw machineError.ABSENT({ verb });
  return power;
}
