export * from './boot/disk-slots.ts';
export * from './boot/errors.ts';
