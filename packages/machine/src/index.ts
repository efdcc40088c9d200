export * from './boot/disk-slots.ts';
export * from './boot/errors.ts';
export * from './boot/failure-file.ts';
export * from './boot/read-boot-report.ts';
export * from './console/write-consoles.ts';
export * from './power/init-power.ts';
export { diskSectors } from './storage/boot-disk.ts';
export { diskError } from './storage/errors.ts';
export { PermProblem } from './storage/perm-problem.ts';
