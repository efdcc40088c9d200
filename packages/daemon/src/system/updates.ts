import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import {
  type BootSlots,
  type CapsuleError,
  type FailedBoots,
  findFailedBoots,
  isCapsuleError,
  type MachinePower,
} from '@capsule/core';
import { SystemLogFile } from '@capsule/drivers';
import { type Database, openStore } from '@capsule/engine';
import {
  type BootReport,
  DiskSlots,
  FailureFile,
  InitPower,
  readBootReport,
} from '@capsule/machine';
import { MIGRATIONS } from '../store/migrations.ts';
import { UpdateCommands } from '../update/commands.ts';
import type { UpdateParts } from '../update/parts.ts';
import { UpdateRecords } from '../update/records.ts';
import { findSickness, type HealthParts, runningCells } from '../update/sickness.ts';
import { UpdateTrial } from '../update/trial.ts';
import type { Setup } from './setup.ts';

/** The computer, where the capsule is its operating system. */
export interface OwnMachine {
  readonly report: BootReport;
  readonly slots: BootSlots;
  readonly power: MachinePower;
}

export interface Updates {
  readonly machine: OwnMachine;
  readonly records: UpdateRecords;
  readonly commands: UpdateCommands;
}

export interface UpdatesSettings {
  /** The store, or the error that makes it unusable: a trial then goes back at its deadline. */
  readonly db: Database | CapsuleError;
  readonly health: HealthParts;
}

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** Undefined: the capsule runs on a system that is not its own. */
export async function openMachine({ paths, log }: Setup): Promise<OwnMachine | undefined> {
  try {
    const report = await readBootReport(paths.bootReport);
    if (report === undefined) return undefined;
    const { esp, generation, slots: devices } = report;
    const slots = new DiskSlots({ esp, generation, devices });
    return { report, slots, power: new InitPower() };
  } catch (error) {
    log.error('the boot disk is unknown: no updates', { error });
    return undefined;
  }
}

/** Starts the updates of the machine, and ends the one that this boot is part of. */
export async function startUpdates(
  { paths, log, stack }: Setup,
  machine: OwnMachine,
  { db, health }: UpdatesSettings,
): Promise<Updates> {
  const { version, board } = machine.report;
  const records = new UpdateRecords(isCapsuleError(db) ? memory(stack) : db, Date.now);
  const parts: UpdateParts = {
    slots: machine.slots,
    records,
    system: { version, architecture: os.machine(), board },
    keys: () => readKeys(paths.updateKeys),
    bootId: readFileSync(BOOT_ID, 'utf8').trim(),
    reboot: () => machine.power.reboot(),
    running: () => (isCapsuleError(health.cells) ? [] : runningCells(health.cells)),
    hasAddress: health.hasAddress,
    failedBoots: () => readFailedBoots(paths.systemLog),
    note: new FailureFile(),
    log,
  };
  const commands = new UpdateCommands(parts);
  const trial = new UpdateTrial({
    ...parts,
    commands,
    sickness: (signal) => {
      const { cells = [], hadAddress = false } = records.last() ?? {};
      return findSickness(health, { cells, hadAddress }, signal);
    },
    uptimeSeconds: os.uptime,
  });
  await stack.use(trial).start();
  return { machine, records, commands };
}

/** Whether the running system is not on trial. An ESP that cannot be read proves nothing. */
export async function isConfirmed(slots: BootSlots): Promise<boolean> {
  try {
    return (await slots.read()).running.tries === undefined;
  } catch (error) {
    if (isCapsuleError(error)) return false;
    throw error;
  }
}

function memory(stack: AsyncDisposableStack): Database {
  const db = openStore(':memory:', MIGRATIONS);
  stack.defer(() => db.close());
  return db;
}

/** A file that is no key is not skipped: the operator would miss the key. */
async function readKeys(folder: string): Promise<readonly KeyObject[]> {
  const names = await readdir(folder);
  const files = names.filter((name) => name.endsWith('.pem')).map((name) => join(folder, name));
  return Promise.all(files.map(async (file) => createPublicKey(await readFile(file))));
}

/** Enough for the boots of an update, each with the messages of its kernel. */
const LOG_LINES = 10_000;

async function readFailedBoots(path: string): Promise<FailedBoots> {
  const query = { follow: false, tailLines: LOG_LINES };
  const log = new SystemLogFile(path).read(query, new AbortController().signal);
  const lines = await Array.fromAsync(log, ({ time, service, text }) => ({
    time,
    service,
    text: Buffer.from(text).toString(),
  }));
  return findFailedBoots(lines);
}
