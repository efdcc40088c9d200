/** State of a file of the projection, compared with its last write. */
export type ProjectionState =
  /** Never written, and not there. */
  | 'absent'
  /** It holds the text that was written last. */
  | 'intact'
  /** It was written, and holds something else now. */
  | 'edited'
  /** It was written, and is gone. */
  | 'lost'
  /** It is there, and was never written. */
  | 'foreign';

export interface ProjectedFile {
  readonly path: string;
  readonly state: Exclude<ProjectionState, 'absent'>;
}

/**
 * A tree of text files for people to read. The store is the truth: the caller reports an edit that `write` or `list` found,
 * and writes the file again. Paths come from `projectionPath`; any other one fails with `PROJECTION_PATH_INVALID`. A link in
 * the tree is never followed.
 *
 * Calls are idempotent. A call that was killed at any instruction leaves the old or the new text, never a part of one, and
 * no edit that a user did not make. A power cut may undo the last calls: the caller writes all files at its start, and removes
 * those of `list` that it wrote and the store does not have; a foreign one is a person's.
 */
export interface Projection {
  /**
   * Makes the file hold this text, whatever is there, and returns the state before. Missing folders are made. A text that
   * is there already costs no write. Fails with `PROJECTION_NOT_A_FOLDER` and `PROJECTION_NOT_A_FILE` where a person has
   * put something else into the way.
   */
  write(path: string, text: string): Promise<ProjectionState>;
  /** Removes the file, and folders above it that are empty then; returns the state before. Fails as `write` does. */
  remove(path: string): Promise<ProjectionState>;
  /** Lists all files in the order of their paths, also lost and foreign ones. Names with a leading dot are not listed. */
  list(): Promise<readonly ProjectedFile[]>;
}
