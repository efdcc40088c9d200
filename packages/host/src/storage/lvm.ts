import { run } from '../process/run.ts';

/** A logical volume as `lvs` shows it. */
export interface LogicalVolume {
  readonly name: string;
  readonly sizeBytes: number;
  /** Share of its size that the pool stores: 0 to 100; absent for a volume that is not thin, or not active. */
  readonly dataPercent?: number;
  /** The same share of a pool's metadata. */
  readonly metadataPercent?: number;
  readonly isActive: boolean;
}

/**
 * A capsule has no udev: LVM makes its device nodes itself, and must not wait for udev. Only capsuled
 * monitors pools. Old metadata is kept in a folder that outlives the root.
 */
export interface LvmSettings {
  /** The folder where LVM keeps the metadata from before each change. */
  readonly backupFolder: string;
  /** The only disk that LVM scans: another disk may have the same names. */
  readonly device?: string;
}

/**
 * Write errors leave leaked blocks in a pool; thin_check(8) repairs only those. Without the repair
 * LVM does not activate such a pool again.
 */
const CHECK = '"-q", "--auto-repair"';
const PLAIN = [
  'activation{udev_sync=0 udev_rules=0 verify_udev_operations=1 monitoring=0}',
  'devices{obtain_device_list_from_udev=0 external_device_info_source="none" use_devicesfile=0}',
  `global{use_lvmpolld=0 thin_check_options=[${CHECK}]}`,
].join(' ');
/** A pool of terabytes is checked when it is activated. */
const SLOW_MS = 30 * 60_000;

/** Runs one command of lvm(8); returns its output. */
export async function lvm(
  settings: LvmSettings,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const { backupFolder, device } = settings;
  const backup = `backup{backup_dir="${backupFolder}/backup" archive_dir="${backupFolder}/archive"}`;
  const [command = '', ...rest] = args;
  const only = device === undefined ? [] : ['--devices', device];
  const words = [command, '--config', `${PLAIN} ${backup}`, ...only, ...rest];
  const { stdout } = await run('lvm', words, {
    timeoutMs: SLOW_MS,
    ...(signal === undefined ? {} : { signal }),
  });
  return stdout;
}

/** Every logical volume of a group, by name; the hidden ones too, without their brackets. */
export async function listLogicalVolumes(
  settings: LvmSettings,
  group: string,
  signal?: AbortSignal,
): Promise<readonly LogicalVolume[]> {
  const columns = 'lv_name,lv_size,data_percent,metadata_percent,lv_active';
  const shape = ['--reportformat', 'json', '--units', 'b', '--nosuffix', '-a', '-o', columns];
  const text = await lvm(settings, ['lvs', ...shape, group], signal);
  return parseLogicalVolumes(text);
}

type Row = Readonly<Record<string, string>>;

/** Format: lvmreport(7), `--reportformat json`. Pure. */
export function parseLogicalVolumes(text: string): readonly LogicalVolume[] {
  const { report } = JSON.parse(text) as { report: readonly { lv: readonly Row[] }[] };
  return report.flatMap(({ lv }) =>
    lv.map((row) => ({
      name: (row['lv_name'] ?? '').replaceAll(/[[\]]/g, ''),
      sizeBytes: Number(row['lv_size']),
      isActive: row['lv_active'] === 'active',
      ...percent('dataPercent', row['data_percent']),
      ...percent('metadataPercent', row['metadata_percent']),
    })),
  );
}

function percent<K extends string>(key: K, text: string | undefined): Partial<Record<K, number>> {
  return text === undefined || text === '' ? {} : ({ [key]: Number(text) } as Record<K, number>);
}
