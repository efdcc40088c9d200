import { type CapsuleError, isCapsuleError } from '@capsule/core';
import type { AuditLog } from '../audit/log.ts';
import type { DebugContainers } from '../debug/containers.ts';
import type { RegistryCommands } from '../registry/commands.ts';
import type { Base } from './base.ts';
import type { Identity } from './identity.ts';
import type { Resources } from './resources.ts';

/** Parts that need a usable store. */
export interface Stored {
  readonly base: Base;
  readonly resources: Resources;
  readonly registries: RegistryCommands;
  readonly debug: DebugContainers;
  readonly audit: AuditLog;
  /** Or the error that makes the capsule's certificate unusable. */
  readonly identity: Identity | CapsuleError;
}

/** Undefined where the store or the certificate is unusable. */
export function identityOf(stored: Stored | CapsuleError): Identity | undefined {
  if (isCapsuleError(stored) || isCapsuleError(stored.identity)) return undefined;
  return stored.identity;
}
