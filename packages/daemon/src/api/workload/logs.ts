import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  LogSource,
  LogStream,
  type WorkloadLogChunkSchema,
  type WorkloadLogsRequest,
} from '@capsule/api/wire';
import type { ContainerRef, LogEntry, LogStore } from '@capsule/core';

import { workloadError } from '../../workload/errors.ts';
import { joinChunks, type LogPiece } from '../join-chunks.ts';
import { type FindContainerParts, findContainer, requireContainer } from './find-container.ts';
import { type LogEndParts, logEnd } from './log-end.ts';

export interface WorkloadLogParts extends LogEndParts, FindContainerParts {
  readonly logs: LogStore;
  readonly logPath: (ref: ContainerRef) => string;
  /** Path of the log of a microVM's console. */
  readonly serialLogPath: (ref: ContainerRef) => string;
}

type Chunk = MessageInitShape<typeof WorkloadLogChunkSchema> & LogPiece;

/**
 * Returns the output of a workload; with `follow` also later output, until the workload is done,
 * stopped or deleted.
 */
export function streamWorkloadLogs(
  request: WorkloadLogsRequest,
  parts: WorkloadLogParts,
  signal: AbortSignal,
): AsyncGenerator<Chunk> {
  return joinChunks((reading) => readLines(request, parts, reading), signal);
}

async function* readLines(
  request: WorkloadLogsRequest,
  parts: WorkloadLogParts,
  signal: AbortSignal,
): AsyncGenerator<Chunk> {
  const { logs, logPath, serialLogPath } = parts;
  const { ref, spec } = requireContainer(parts, request);
  const { follow, tailLines, cursor, timestamps } = request;
  const isSerial = request.source === LogSource.SERIAL;
  if (isSerial && spec.kind !== 'microVm') {
    throw workloadError.NO_SERIAL_CONSOLE({ name: spec.name });
  }
  const pathOf = isSerial ? serialLogPath : logPath;
  const over = follow ? logEnd(() => findContainer(parts, request), parts, signal) : undefined;
  const query = {
    follow,
    ...(over && { over }),
    ...(cursor === '' ? {} : { cursor }),
    ...(tailLines > 0 ? { tailLines } : {}),
    ...(request.sinceUnixMs > 0n ? { since: Number(request.sinceUnixMs) } : {}),
  };
  const lines = logs.read(pathOf(ref), query, signal);
  let isInLine = { stdout: false, stderr: false };
  for await (const entry of lines) {
    if (entry.isAfterGap) isInLine = { stdout: false, stderr: false };
    yield chunkFromEntry(entry, timestamps && !isInLine[entry.stream]);
    isInLine = { ...isInLine, [entry.stream]: entry.partial };
  }
  if (over?.aborted && isFailure(over.reason)) throw over.reason;
}

/** An abort without a failure has the reason that `AbortController` sets. */
function isFailure(reason: unknown): boolean {
  return !(reason instanceof Error && reason.name === 'AbortError');
}

function chunkFromEntry(entry: LogEntry, isStamped: boolean): Chunk {
  const { time, cursor, stream, partial, text, isAfterGap = false } = entry;
  const start = isStamped ? `${time} ` : '';
  return {
    data: Buffer.concat([Buffer.from(start), text, Buffer.from(partial ? '' : '\n')]),
    stream: stream === 'stdout' ? LogStream.STDOUT : LogStream.STDERR,
    cursor,
    time,
    afterGap: isAfterGap,
  };
}
