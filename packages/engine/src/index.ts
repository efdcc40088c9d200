export { dieAt } from './fault/die-at.ts';
export { Feed } from './feed/feed.ts';
export { AsyncLockScope } from './lock/async-lock-scope.ts';
export { createLog, type Log, type LogFacts, type LogLevel } from './log/log.ts';
export { type BackOff, backOffMs } from './queue/back-off.ts';
export {
  KeyedQueue,
  type KeyedQueueOptions,
  type Requeue,
  type Turn,
} from './queue/keyed-queue.ts';
export { Semaphore } from './queue/semaphore.ts';
export { secretError } from './secret/errors.ts';
export { SecretBox } from './secret/secret-box.ts';
export { writeDurably } from './secret/write-durably.ts';
export { Database, type Row } from './store/database.ts';
export { storeError } from './store/errors.ts';
export { migrate, migrateBack } from './store/migrate.ts';
export type * from './store/migration.ts';
export { openStore } from './store/open-store.ts';
export type { RowCache } from './store/row-cache.ts';
export { type Span, Tracer } from './trace/tracer.ts';
