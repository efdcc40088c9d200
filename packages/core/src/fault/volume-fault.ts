/** Between any two of these, and at each, capsuled may die. In the order of the work. */
export const VOLUME_FAULTS = [
  'create:recorded',
  'create:formatted',
  'create:named',
  'import:recorded',
  'import:made',
  'grow:recorded',
  'grow:lengthened',
  'grow:grown',
  'attach:leased',
  'attach:opened',
  'attach:mounted',
  'detach:unmounted',
  'detach:released',
  'snapshot:recorded',
  'snapshot:frozen',
  'snapshot:copied',
  'snapshot:named',
  'restore:recorded',
  'restore:copied',
  'restore:named',
  'delete:recorded',
  'delete:removed',
] as const;

export type VolumeFault = (typeof VOLUME_FAULTS)[number];
