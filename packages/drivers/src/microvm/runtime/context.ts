import type { ImageSource } from '../../image/image-source.ts';
import type { Architecture } from '../../oci/architecture.ts';
import type { ImageDisks } from '../disk/image-disks.ts';
import type { GuestImage } from '../guest/guest-image.ts';
import type { ProcessEnd } from '../process/start-process.ts';
import type { VmRecords } from '../record/vm-records.ts';
import type { Vmm } from '../vmm/vmm.ts';
import type { WarmStarts } from '../warm/warm-starts.ts';

/** The dependencies and options of the runtime's verbs. */
export interface MicroVmContext {
  readonly images: ImageSource;
  readonly architecture: Architecture;
  readonly imageDisks: ImageDisks;
  readonly records: VmRecords;
  /** How monitors ended while this capsuled ran, by microVM. */
  readonly ends: Map<string, ProcessEnd>;
  /** In order of preference. */
  readonly vmms: readonly Vmm[];
  readonly guestImage: GuestImage;
  readonly warmStarts: WarmStarts;
  /** `/sys/fs/cgroup` */
  readonly cgroupRoot: string;
  /** The program that reads and writes files. */
  readonly filesBinary: string;
  /** The log writer. */
  readonly logBinary: string;
  /** A machine whose agent does not answer for this long, in milliseconds, is ended. */
  readonly silentMs: number;
  /** Receives failures of background work, which is retried. */
  readonly onProblem: (container: string, error: unknown) => void;
}
