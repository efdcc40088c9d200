import { planDisk } from '@capsule/imager';
import type { RegionPlace } from './judge-cuts.ts';

/** At the start of a physical volume: its label, and the metadata of its group. */
const LVM_BYTES = 1024 ** 2;

/** The parts of every disk of ours; the table lies before and behind them. */
export function regionPlaces(): readonly RegionPlace[] {
  const { esp, slot_a, slot_b, perm } = planDisk().place;
  const data = perm.offset + LVM_BYTES;
  return [
    ...Object.entries({ esp, slot_a, slot_b } as const).map(([name, { offset, bytes }]) => ({
      name: name as 'esp' | 'slot_a' | 'slot_b',
      from: offset,
      to: offset + bytes,
    })),
    { name: 'lvm', from: perm.offset, to: data },
    // Grown to the end of the disk at the first boot.
    { name: 'perm', from: data, to: Number.POSITIVE_INFINITY },
  ];
}
