import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { open, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BundleChanges,
  brokenMigration,
  buildTestSystem,
  DEFECTS,
  type Defect,
  type OsSystem,
  packPanic,
  packUpdate,
} from '@capsule/testkit';
import type { UpdatedMachine, UpdateEnd } from './updated-machine.ts';

/** A kind of update that must not stay. */
export interface BadUpdate {
  readonly name: string;
  run(machine: UpdatedMachine): Promise<UpdateEnd>;
}

/** A later version than any before it, so that only its defect is wrong. */
let made = 0;
const nextVersion = () => `0.2.${made++}`;

/** Goal R5, and what else can go wrong. Those that the capsule refuses come first: they need no boot. */
export const BAD_UPDATES: readonly BadUpdate[] = [
  refused('truncated', /cut off/, async (machine) => {
    const bundle = await good(machine, 'truncated');
    await truncate(bundle, Math.floor((await stat(bundle)).size * 0.6));
    return bundle;
  }),
  refused('tampered', /root|hash|accepted/, async (machine) => {
    const bundle = await good(machine, 'tampered');
    await using file = await open(bundle, 'r+');
    const { size } = await file.stat();
    await file.write(Buffer.from('tampered'), 0, 8, Math.floor(size / 2));
    return bundle;
  }),
  described('wrong architecture', /it is for aarch64/, { architecture: 'aarch64' }),
  described('wrong board', /it is for board metal/, { board: 'metal' }),
  described('older version', /it is older than the running version/, { version: '0.0.9' }),
  described('foreign signature', /no key that the running system trusts/, {
    key: generateKeyPairSync('ed25519'),
  }),
  refused(
    'full ESP',
    /the ESP has room for/,
    async (machine) => {
      await machine.onEsp('dd if=/dev/zero of=fill bs=1M 2>/dev/null; sync; test -s fill');
      return good(machine, 'full');
    },
    (machine) => machine.onEsp('rm fill; sync'),
  ),
  { name: 'kernel panic', run: panic },
  { name: 'stray files on ESP', run: strayFiles },
  defect('no init', 'noInit', /stage0: cannot start \/sbin\/capsuled/),
  defect('crash loop', 'crashLoop', /capsuled has been silent/),
  defect('hang', 'hang', /capsuled has been silent/),
  defect('no network', 'noNetwork', /had an address before/),
  defect('no containerd', 'noContainerd', /not healthy|silent/),
  {
    name: 'store not migrated',
    run: async (machine) => {
      const broken = await brokenMigration(machine.system);
      return failing(
        machine,
        await buildTestSystem(machine.system.version, broken),
        /no such table/,
      );
    },
  },
];

function refused(
  name: string,
  why: RegExp,
  make: (machine: UpdatedMachine) => Promise<string>,
  after: (machine: UpdatedMachine) => Promise<unknown> = async () => undefined,
): BadUpdate {
  return {
    name,
    async run(machine) {
      const started = performance.now();
      const reason = await machine.pushRefused(await make(machine));
      await after(machine);
      assert.match(reason, why);
      const seconds = (performance.now() - started) / 1000;
      return { end: 'refused', slot: 'slot_a', seconds, logLines: 0, reason };
    },
  };
}

/** The system that runs, with a manifest that says otherwise. */
function described(name: string, why: RegExp, more: BundleChanges): BadUpdate {
  return refused(name, why, ({ system, disk }) =>
    packUpdate(system, join(disk.folder, `${name.replace(' ', '-')}.bundle`), more),
  );
}

function good({ system, disk }: UpdatedMachine, name: string): Promise<string> {
  return packUpdate(system, join(disk.folder, `${name}.bundle`), { version: nextVersion() });
}

function defect(name: string, kind: keyof typeof DEFECTS, why: RegExp): BadUpdate {
  const alter: Defect = DEFECTS[kind];
  return {
    name,
    run: async (machine) =>
      failing(machine, await buildTestSystem(machine.system.version, alter), why),
  };
}

async function failing(machine: UpdatedMachine, system: OsSystem, why: RegExp): Promise<UpdateEnd> {
  const version = nextVersion();
  const bundle = join(machine.disk.folder, `${version}.bundle`);
  return assertFailed(machine, await packUpdate(system, bundle, { version }), why);
}

async function panic(machine: UpdatedMachine): Promise<UpdateEnd> {
  const bundle = await packPanic(machine.system, join(machine.disk.folder, 'panic.bundle'));
  return assertFailed(machine, bundle, /did not come up in 3 tries: kernel panic: /);
}

/** They neither fill the ESP nor are chosen, and a repair's own ones are gone afterwards. */
async function strayFiles(machine: UpdatedMachine): Promise<UpdateEnd> {
  const recovered = 'for i in $(seq 1000 1299); do echo lost >FSCK$i.REC; done';
  const others = 'cp FSCK1000.REC EFI/Linux/FSCK0000.REC; echo x >EFI/Linux/zzz.efi.old';
  await machine.onEsp(`${recovered}; ${others}; echo x >EFI/Linux/capsule_999998_slot_c.efi; sync`);
  const end = await panic(machine);
  assert.equal((await machine.onEsp('ls')).includes('FSCK'), false);
  await machine.onEsp(
    'rm -f EFI/Linux/FSCK0000.REC EFI/Linux/zzz.efi.old EFI/Linux/*slot_c.efi; sync',
  );
  return end;
}

async function assertFailed(
  machine: UpdatedMachine,
  bundle: string,
  why: RegExp,
): Promise<UpdateEnd> {
  const end = await machine.pushFailing(bundle);
  assert.match(end.reason, why);
  assert.ok(end.logLines > 0, 'the history has no log of the failed boot');
  return end;
}
