/** The other side broke the protocol, or left in the middle of an answer. Callers translate it. */
export class BrokenConnection extends Error {
  override readonly name = 'BrokenConnection';
}
