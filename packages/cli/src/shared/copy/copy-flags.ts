import type { Flag } from '../../program/manual.ts';

export const COPY_ABOUT =
  'If the target is an existing folder, cp copies into it; otherwise the target is the new name. ' +
  'SOURCE/. means the contents of a folder; a file with / or /. at its end is refused. cp follows a link as target, and copies a link as a link. ' +
  '- is a tar archive on standard input or output. The container may be stopped, and its image needs no tar. ' +
  'New files in the container belong to root, and new files here belong to you; --archive keeps the owners. ' +
  'Without --archive, cp skips FIFOs and devices with a warning. It always skips sockets. ' +
  'The target must not be a FIFO, a device or a socket.';

export const COPY_FLAGS: readonly Flag[] = [
  { flags: '-a, --archive', summary: 'keep owners, set-id bits, FIFOs and devices' },
  { flags: '-q, --quiet', summary: 'do not show progress' },
];
