import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { demoManifest, WORKLOAD } from './demo-manifest.ts';
import { fetchPage } from './fetch-page.ts';

export interface MicroVmPage {
  /** The manifest with its `kind:` flipped. */
  readonly manifest: string;
  readonly page: string;
  /** From the apply until it ran, in milliseconds. */
  readonly tookMs: number;
}

export interface ShowMicroVmRequest {
  readonly image: string;
  readonly port: number;
  readonly url: string;
  /** Where the manifest is written. */
  readonly folder: string;
  readonly capsulectl: (...args: readonly string[]) => Promise<void>;
}

/** Emulated, a guest takes seconds to boot. */
const PAGE_TIMEOUT_MS = 30_000;

/** Turns the workload into a microVM of the same image and port, and fetches its page. */
export async function showMicroVm({
  image,
  port,
  url,
  folder,
  capsulectl,
}: ShowMicroVmRequest): Promise<MicroVmPage> {
  const manifest = join(folder, `${WORKLOAD}-vm.yaml`);
  await writeFile(manifest, demoManifest(image, port, 'MicroVM'));
  const begunAt = performance.now();
  await capsulectl('apply', '--wait', '--timeout', '180s', '-f', manifest);
  const tookMs = performance.now() - begunAt;
  return { manifest, tookMs, page: await fetchPage(url, PAGE_TIMEOUT_MS) };
}
