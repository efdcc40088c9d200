import type { VolumeArchives } from '@capsule/core';
import { DeviceArchives } from './device-archives.ts';
import { missingSnapshot } from './errors.ts';
import type { ThinGroup } from './thin-group.ts';
import { thinNames } from './thin-names.ts';

/** Reads and writes the volumes of a group as streams. */
export function thinArchives(
  group: ThinGroup,
  { filesBinary, scratch }: { readonly filesBinary: string; readonly scratch: string },
): VolumeArchives {
  const open = async (lv: string, signal?: AbortSignal) => {
    const device = await group.activate(lv, signal);
    return { image: device, device, close: async () => undefined };
  };
  return new DeviceArchives({
    filesBinary,
    scratch,
    openSnapshot: async (ref, signal) => {
      const lv = thinNames.snapshot(ref);
      if ((await group.find(lv, signal)) === undefined) throw missingSnapshot(ref);
      return open(lv, signal);
    },
    openVolume: (name, signal) => open(thinNames.volume(name), signal),
  });
}
