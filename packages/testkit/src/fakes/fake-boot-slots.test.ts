import { printBootEntry } from '@capsule/core';
import { bootSlotsContract } from '../contracts/boot-slots.contract.ts';
import { FakeBootSlots } from './fake-boot-slots.ts';

bootSlotsContract('fake', async () => {
  const slots = new FakeBootSlots();
  return {
    slots,
    root: async (slot, bytes) => slots.roots[slot].slice(0, bytes),
    kernel: async (entry) => slots.kernels.get(printBootEntry(entry)) ?? '',
  };
});
