import type { ImageSource } from '../../image/image-source.ts';
import type { Architecture } from '../../oci/architecture.ts';
import type { ImageDisks } from '../disk/image-disks.ts';
import type { GuestImage } from '../guest/guest-image.ts';
import type { ProcessEnd } from '../process/start-process.ts';
import type { VmRecords } from '../record/vm-records.ts';
import type { Vmm } from '../vmm/vmm.ts';

/** What the verbs of the runtime share. */
export interface MicroVmContext {
  readonly images: ImageSource;
  readonly architecture: Architecture;
  readonly imageDisks: ImageDisks;
  readonly records: VmRecords;
  /** How the monitors that ended under this capsuled did, by microVM. */
  readonly ends: Map<string, ProcessEnd>;
  /** In the order in which they are preferred. */
  readonly vmms: readonly Vmm[];
  readonly guestImage: GuestImage;
  /** `/sys/fs/cgroup` */
  readonly cgroupRoot: string;
  /** The program that works on files. */
  readonly filesBinary: string;
  /** The log writer. */
  readonly logBinary: string;
  /** One whose agent does not answer for this long, in milliseconds, is ended. */
  readonly silentMs: number;
  /** Something beside the work was not possible, and is tried again. */
  readonly onProblem: (container: string, error: unknown) => void;
}
