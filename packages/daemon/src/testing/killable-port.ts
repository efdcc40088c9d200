import type { KillSwitch } from './kill-switch.ts';

/** Calls that change nothing outside of the capsuled. */
const READS: ReadonlySet<string> = new Set([
  'attached',
  'describe',
  'endAbandoned',
  'events',
  'exists',
  'get',
  'holds',
  'inspect',
  'isEmpty',
  'limits',
  'list',
  'listContainers',
  'listSnapshots',
  'listSpaces',
  'look',
  'probe',
  'read',
  'reclaim',
  'thaw',
  'trim',
  'usage',
  'usedBytes',
]);

/** Puts a kill switch in front of a port: every call that is not a read is an effect. */
export function killablePort<Port extends object>(
  port: Port,
  name: string,
  kill: KillSwitch,
): Port {
  return new Proxy(port, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property);
      if (typeof member !== 'function') return member;
      const call = (...values: unknown[]): unknown => Reflect.apply(member, target, values);
      const isEffect = isAsync(member) && !READS.has(String(property));
      if (!isEffect) return (...values: unknown[]) => whileAlive(call(...values), kill);
      const label = `${name}.${String(property)}`;
      return (...values: unknown[]) => effect(label, () => call(...values), kill);
    },
  });
}

/** The ports' synchronous functions only name paths. */
function isAsync(member: object): boolean {
  return Object.prototype.toString.call(member) === '[object AsyncFunction]';
}

async function effect(label: string, call: () => unknown, kill: KillSwitch): Promise<unknown> {
  const number = kill.begin(label);
  if (kill.isKilled) return never();
  const result = await call();
  kill.end(number);
  return kill.isKilled ? never() : result;
}

function whileAlive(result: unknown, kill: KillSwitch): unknown {
  if (result instanceof Promise) return result.then((value) => (kill.isKilled ? never() : value));
  if (isStream(result)) return streamWhileAlive(result, kill);
  return result;
}

function isStream(result: unknown): result is AsyncIterable<unknown> {
  return typeof result === 'object' && result !== null && Symbol.asyncIterator in result;
}

async function* streamWhileAlive(
  stream: AsyncIterable<unknown>,
  kill: KillSwitch,
): AsyncGenerator<unknown> {
  for await (const one of stream) {
    if (kill.isKilled) await never();
    yield one;
  }
  if (kill.isKilled) await never();
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
