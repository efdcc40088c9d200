import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { layerPath, type OperatingSystem, type Profile, type ProfileFile } from '@capsule/imager';

const PROGRAM = '/usr/sbin/capsuled';
const SERVICES = '/etc/capsule/services.conf';
const MACHINE = '/etc/capsule/machine.conf';
const CAPSULED = '/usr/lib/capsule/capsuled.cjs';
const NOTHING = '/usr/bin/sleep infinity';
const FAILURE = '/usr/bin/false';

/** A change of a system that makes it useless. */
export type Defect = (profile: Profile) => Profile;

/** Systems that boot, and do not do their work. */
export const DEFECTS = {
  noInit: changed(PROGRAM, () => ({ content: 'not a program\n', mode: 0o755 })),
  crashLoop: service(SERVICES, 'capsuled', FAILURE),
  hang: service(SERVICES, 'capsuled', NOTHING),
  noNetwork: service(MACHINE, 'dhcpcd', NOTHING),
  noContainerd: service(SERVICES, 'containerd', FAILURE),
} as const satisfies Record<string, Defect>;

/** The system with a migration of the store that fails. */
export async function brokenMigration({ rootfs }: OperatingSystem): Promise<Defect> {
  const bundle = await readFile(join(layerPath(rootfs, 'capsuled'), CAPSULED), 'utf8');
  const [head = '', name] = /var (MIGRATIONS\d*) = \[\n[\s\S]*?\n\];\n/.exec(bundle) ?? [];
  if (name === undefined) throw new TypeError('the bundle of capsuled has no list of migrations');
  const broken = `${name}.push({ name: 'broken', up: 'SELECT * FROM no_such_table', down: '' });\n`;
  const content = bundle.replace(head, () => `${head}${broken}`);
  return changed(CAPSULED, () => ({ content }));
}

function service(file: string, name: string, command: string): Defect {
  const line = new RegExp(`(\\[${name}\\]\\nexec = ).*`);
  return changed(file, (content) => ({ content: content.replace(line, `$1${command}`) }));
}

function changed(path: string, change: (content: string) => ProfileFile): Defect {
  return (profile) => {
    const { machine, files } = profile;
    if (machine === undefined) throw new TypeError(`the profile ${profile.name} is no machine`);
    const { content } = machine.files[path] ?? files[path] ?? { content: '' };
    return {
      ...profile,
      machine: { ...machine, files: { ...machine.files, [path]: change(content) } },
    };
  };
}
