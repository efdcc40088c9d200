import { Database } from '@capsule/engine';
import { Killed, type KillSwitch } from './kill-switch.ts';

/** The store of one capsuled: its commits are effects. Several may be open on one path. */
export class KillableStore extends Database {
  readonly #kill: KillSwitch;
  #isInTransaction = false;

  constructor(path: string, kill: KillSwitch) {
    super(path);
    this.#kill = kill;
    this.exec('PRAGMA foreign_keys = ON');
  }

  override run(...statement: Parameters<Database['run']>): number {
    return this.transaction(() => super.run(...statement));
  }

  override transaction<T>(change: () => T): T {
    if (this.#isInTransaction) return super.transaction(change);
    this.#isInTransaction = true;
    try {
      return super.transaction(() => this.#commit(change));
    } finally {
      this.#isInTransaction = false;
    }
  }

  /** A later effect of `afterCommit` does nothing in a capsuled that is killed here. */
  #commit<T>(change: () => T): T {
    this.#throwIfKilled();
    let effect = 0;
    this.afterCommit(() => this.#end(effect));
    const before = this.#changes();
    const result = change();
    if (this.#changes() === before) return result;
    effect = this.#kill.begin('commit');
    this.#throwIfKilled();
    return result;
  }

  #changes(): unknown {
    return this.get('SELECT total_changes() AS changes')?.['changes'];
  }

  #end(effect: number): void {
    this.#kill.end(effect);
    this.#throwIfKilled();
  }

  #throwIfKilled(): void {
    if (this.#kill.isKilled) throw new Killed('capsuled is killed');
  }
}
