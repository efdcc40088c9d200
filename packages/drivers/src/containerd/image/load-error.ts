import { isAnswer, isDiskFull } from '../client/rpc-error.ts';
import { imageError } from '../errors.ts';

/**
 * Translates containerd's errors about an archive. Sources: core/images/archive/importer.go,
 * core/images/handlers.go (ErrEmptyWalk), Go's archive/tar, core/unpack/unpacker.go.
 */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/image might be filtered out|no match for platform/, 'it has no image for this processor'],
  [/unrecognized image format/, 'it is neither a `docker save` archive nor an OCI layout'],
  [
    /missing index\.json|unsupported OCI version/,
    'its OCI layout is damaged or of another version',
  ],
  [/unexpected EOF|\bEOF\b/, 'it ends too early'],
  [/archive\/tar|invalid tar header/, 'it is not a tar archive'],
  [/normalize image ref/, 'it contains an image with an invalid name'],
  [/not found|no target for symlink/, 'a part that it refers to is missing'],
  [/digest|mismatch|failed size validation/, 'its content differs from its digest'],
];

/**
 * Translates an answer of containerd's; any other error (an abort, a lost connection) is returned unchanged.
 */
export function describeLoadError(error: unknown): unknown {
  if (!isAnswer(error)) return error;
  const detail = error.rawMessage;
  if (isDiskFull(detail)) return imageError.DISK_FULL({ subject: 'the archive' }, error);
  const known = REASONS.find(([pattern]) => pattern.test(detail));
  const reason = known?.[1] ?? detail;
  return imageError.INVALID({ subject: 'the archive', reason, detail }, error);
}
