/** The rest of a longer line is dropped. */
const LINE_MOST = 4096;
/** capsule-files writes fewer. */
const WARNINGS_MOST = 200;
const FAILURE_MOST = 16 * 1024;
const WARNING = 'warning\t';
const BYTES = /^bytes\t(\d+)$/;
const NOTE = /^(blob\t|whole$)/;
/** An image has fewer layers. */
const NOTES_MOST = 10_000;

/** Collects the error output of capsule-files: lines of warnings, and at the end its count of bytes or the failure. */
export class ErrorOutput {
  readonly warnings: string[] = [];
  /** About blobs: see the command `sift`. */
  readonly notes: string[] = [];
  /** Of the archive that it read or wrote. */
  bytes = 0;
  #failure = '';
  #rest = '';

  /** Takes chunks of any size. */
  add(text: string): void {
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = lines.pop()?.slice(0, LINE_MOST) ?? '';
    for (const line of lines) this.#addLine(line);
  }

  /** Returns the line of a failure; empty where there is none. */
  get failure(): string {
    const open = this.#rest.startsWith(WARNING) ? '' : this.#rest;
    return `${this.#failure}${open}`.trim();
  }

  #addLine(line: string): void {
    const [, bytes] = BYTES.exec(line) ?? [];
    if (bytes !== undefined) {
      this.bytes = Number(bytes);
    } else if (NOTE.test(line)) {
      if (this.notes.length < NOTES_MOST) this.notes.push(line);
    } else if (!line.startsWith(WARNING)) {
      this.#failure = `${this.#failure}${line}\n`.slice(-FAILURE_MOST);
    } else if (this.warnings.length < WARNINGS_MOST) {
      const [path = '', reason = ''] = line.slice(WARNING.length).slice(0, LINE_MOST).split('\t');
      this.warnings.push(path === '' ? reason : `${path}: ${reason}`);
    }
  }
}
