import {
  BUNDLE_MANIFEST_LIMIT,
  BUNDLE_MEMBERS,
  type BundleManifest,
  bundleError,
  judgeBundle,
  newEntry,
  otherSlot,
  planClearing,
  type SlotsSeen,
  type StagedKernel,
} from '@capsule/core';
import { applySteps } from './apply-steps.ts';
import { BundleStream } from './bundle-stream.ts';
import { Measured } from './measured.ts';
import type { UpdateParts } from './parts.ts';
import { verifyManifest } from './verify-manifest.ts';

/** A bundle that a client sends. */
export interface SentBundle {
  /** Of the whole bundle; 0: unknown. */
  readonly totalBytes: number;
  /** Of the whole bundle, in hexadecimal digits; empty: unknown. */
  readonly sha256Hex: string;
  readonly allowDowngrade: boolean;
  /** 0: the operator confirms. */
  readonly autoConfirmSeconds: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

const [MANIFEST, SIGNATURE, UKI, ROOT] = BUNDLE_MEMBERS;
/** An Ed25519 signature has 64 bytes. */
const SIGNATURE_LIMIT = 64;

/**
 * Writes a bundle into the slot that does not run, and makes it the choice of the next boot. Judges everything
 * before it writes the first byte; a failure leaves the running system as the choice.
 */
export async function receiveBundle(
  parts: UpdateParts,
  sent: SentBundle,
  signal: AbortSignal,
): Promise<BundleManifest> {
  const measured = new Measured(sent.chunks);
  const bundle = new BundleStream(measured);
  const manifest = await readManifest(parts, bundle);
  const seen = await parts.slots.read();
  requireSuitable(manifest, { ...parts.system, seen, sent });
  const entry = newEntry(seen.entries, seen.running.slot);
  await beginRecord(parts, { manifest, seen, sent, generation: entry.generation });
  try {
    const kernel = await writeParts(parts, { bundle, manifest, seen }, signal);
    await bundle.finish();
    measured.require(sent);
    signal.throwIfAborted();
    await kernel.choose(entry);
  } catch (error) {
    await giveUp(parts, error);
    throw error;
  }
  markReady(parts);
  return manifest;
}

/** The choice has changed, so the reboot has to follow; the next boot judges by the choice. */
function markReady({ records, log }: UpdateParts): void {
  try {
    records.move('ready');
  } catch (error) {
    log.error('the update is not recorded as ready', { error });
  }
}

async function readManifest(parts: UpdateParts, bundle: BundleStream): Promise<BundleManifest> {
  const text = await bundle.small(MANIFEST, BUNDLE_MANIFEST_LIMIT);
  const signature = await bundle.small(SIGNATURE, SIGNATURE_LIMIT);
  return verifyManifest(text, signature, await parts.keys());
}

function requireSuitable(
  manifest: BundleManifest,
  { seen, sent, ...system }: UpdateParts['system'] & { seen: SlotsSeen; sent: SentBundle },
): void {
  const reasons = judgeBundle(manifest, {
    ...system,
    slotBytes: seen.slotBytes[otherSlot(seen.running.slot)],
    espFreeBytes: seen.espFreeBytes,
    allowDowngrade: sent.allowDowngrade,
  });
  const { version } = manifest;
  if (reasons.length > 0) throw bundleError.UNSUITABLE({ version, reasons });
}

interface Begun {
  readonly manifest: BundleManifest;
  readonly seen: SlotsSeen;
  readonly sent: SentBundle;
  readonly generation: number;
}

async function beginRecord(
  { records, system, bootId, running, hasAddress }: UpdateParts,
  { manifest, seen, sent, generation }: Begun,
): Promise<void> {
  const { slot } = seen.running;
  const hadAddress = await hasAddress();
  records.begin({
    from: { slot, version: system.version },
    to: { slot: otherSlot(slot), version: manifest.version },
    generation,
    state: 'writing',
    bootId,
    cells: running(),
    hadAddress,
    ...(sent.autoConfirmSeconds > 0 && { autoConfirmSeconds: sent.autoConfirmSeconds }),
  });
}

interface Written {
  readonly bundle: BundleStream;
  readonly manifest: BundleManifest;
  readonly seen: SlotsSeen;
}

/** Nothing of the other slot goes before the ESP has had room for the new kernel. */
async function writeParts(
  { slots }: UpdateParts,
  { bundle, manifest, seen }: Written,
  signal: AbortSignal,
): Promise<StagedKernel> {
  await bundle.expect(UKI);
  const uki = { ...manifest.uki, chunks: bundle.content() };
  const kernel = await slots.stageKernel(uki, signal);
  await applySteps(slots, planClearing(seen.entries, otherSlot(seen.running.slot)));
  await bundle.expect(ROOT);
  const root = { ...manifest.root, chunks: bundle.content() };
  await slots.writeRoot(otherSlot(seen.running.slot), root, signal);
  return kernel;
}

/** The failure that matters is the first one; what cannot be removed now is removed by the next update. */
async function giveUp({ slots, records, log }: UpdateParts, error: unknown): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error);
  try {
    records.move('failed', reason);
  } catch (cause) {
    log.warn('failed update not recorded', { cause });
  }
  await slots.discardStaged().catch((cause) => log.warn('staged kernel not removed', { cause }));
}
