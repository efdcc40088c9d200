import { type CapsuleClient, WorkloadKind } from '@capsule/api/wire';
import { tar } from '@capsule/testkit';
import { exec } from './exec.ts';
import type { Operation } from './model/operation.ts';

export interface Performance {
  readonly client: CapsuleClient;
  readonly name: string;
  readonly image: string;
  readonly hostPort: number;
}

/** The output of a read, and the value that the process itself received. */
export interface Read {
  readonly text: string;
  readonly value?: string | undefined;
}

/** Runs the operation once, through the API. Throws the error of the call. */
export async function perform(
  operation: Operation,
  { client, name, image, hostPort }: Performance,
): Promise<Read | undefined> {
  const { workload } = client;
  switch (operation.do) {
    case 'apply': {
      const ports = [{ containerPort: 80, hostPort, protocol: 'tcp' }];
      const container = {
        image,
        env: { VALUE: operation.value },
        labels: { label: operation.label },
        ports: operation.port ? ports : [],
      };
      await workload.apply({ workload: { name, kind: WorkloadKind.CONTAINER, container } });
      return undefined;
    }
    case 'stop':
      await workload.stop({ name });
      return undefined;
    case 'start':
      await workload.start({ name });
      return undefined;
    case 'restart':
      await workload.restart({ name });
      return undefined;
    case 'delete':
      await workload.delete({ name, force: operation.force });
      return undefined;
    case 'writeByExec':
      await exec(client, name, `printf '${operation.text}' > ${operation.path}`);
      return undefined;
    case 'readByExec': {
      const script = `printf '%s\\n' "$VALUE"; cat ${operation.path} 2>&- || printf absent`;
      const [value, text = ''] = (await exec(client, name, script)).split('\n');
      return { text, value };
    }
    case 'abandonExec':
      await exec(client, name, 'echo up; exec sleep 1000000', { isAbandoned: true });
      return undefined;
    case 'copyTo':
      await workload.copyTo(archiveOf(name, operation));
      return undefined;
    case 'copyFrom':
      return { text: await readByCopy(client, name, operation.path) };
  }
}

async function* archiveOf(name: string, { path, text }: { path: string; text: string }) {
  yield { payload: { case: 'metadata' as const, value: { name, destPath: '/' } } };
  const value = new Uint8Array(tar([{ path: path.slice(1), data: Buffer.from(text) }]));
  yield { payload: { case: 'chunk' as const, value } };
}

const BLOCK = 512;

/** Reads the content of a small file from the archive that the capsule sends. */
export async function readByCopy(
  client: CapsuleClient,
  name: string,
  path: string,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const { data } of client.workload.copyFrom({ name, srcPath: path })) chunks.push(data);
  const archive = Buffer.concat(chunks);
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK);
    const size = Number.parseInt(header.toString('latin1', 124, 135), 8);
    const type = header.toString('latin1', 156, 157);
    if (type === '0' || type === '\0') {
      return archive.toString('utf8', at + BLOCK, at + BLOCK + size);
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw new RangeError(`the archive of ${path} holds no file`);
}
