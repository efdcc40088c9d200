import type { ProjectedFile, Projection, ProjectionState } from '@capsule/core';

/** A projection in memory; a test edits `files` as a person would. */
export class FakeProjection implements Projection {
  readonly files = new Map<string, string>();
  readonly #written = new Map<string, string>();

  async write(path: string, text: string): Promise<ProjectionState> {
    const state = this.#stateOf(path);
    this.files.set(path, text);
    this.#written.set(path, text);
    return state;
  }

  async remove(path: string): Promise<ProjectionState> {
    const state = this.#stateOf(path);
    this.files.delete(path);
    this.#written.delete(path);
    return state;
  }

  async list(): Promise<readonly ProjectedFile[]> {
    const paths = new Set([...this.files.keys(), ...this.#written.keys()]);
    return [...paths].sort().flatMap((path) => {
      const state = this.#stateOf(path);
      return state === 'absent' ? [] : [{ path, state }];
    });
  }

  #stateOf(path: string): ProjectionState {
    const [found, written] = [this.files.get(path), this.#written.get(path)];
    if (written === undefined) return found === undefined ? 'absent' : 'foreign';
    if (found === undefined) return 'lost';
    return found === written ? 'intact' : 'edited';
  }
}
