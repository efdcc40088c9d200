import { isCapsuleError } from '../../../error/capsule-error.ts';
import { isIPv4 } from '../../../network/ipv4.ts';
import type { WorkloadKind } from '../../../resource/cell/cell.ts';
import type { PortMapping } from '../../../resource/cell/container.ts';
import { describeHostPort, portsClash } from '../../../resource/cell/host-port.ts';
import { isPrebuilt } from '../../../resource/cell/micro-vm.ts';
import { parseImageReference } from '../../../resource/image/image-reference.ts';
import { isName, NAME_MAX_LENGTH } from '../../../resource/name.ts';
import type { WorkloadSpec } from '../../../resource/workload/workload.ts';
import type { Problem } from '../../problem.ts';
import { quote } from '../../validate/rule.ts';
import { validateLife } from '../../validate/validate-life.ts';
import { validateMicroVm } from '../../validate/validate-micro-vm.ts';
import { validateNames } from '../../validate/validate-names.ts';
import { validateSettings } from '../../validate/validate-settings.ts';

/** `MAX_ARG_STRLEN` of Linux, less the final NUL: the longest argument or variable of a process. */
const ARGUMENT_MAX_BYTES = 128 * 1024 - 1;
/** Linux gives arguments and environment together a quarter of the stack; this stays below. */
const ARGUMENTS_MAX_BYTES = 1024 * 1024;
const API_PORT = 50000;
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/**
 * Every rule a workload must keep that can be checked without looking at a capsule. The command line
 * applies it to manifests, the daemon to what comes over the wire. Empty means good.
 */
export function validateWorkload(spec: WorkloadSpec): readonly Problem[] {
  const problems = [
    ...validateName(spec.name),
    ...validateImage(spec),
    ...validateArguments(spec),
    ...validateEnv(spec.env),
    ...validatePorts(spec),
    ...validateNames(spec),
    ...validateSettings(spec),
    ...validateLife(spec),
    ...validateMicroVm(spec),
  ];
  return problems.map((problem) => ({ ...problem, path: pathInBlock(spec.kind, problem.path) }));
}

/** The rules of both kinds speak of `container`; this is the same field in the block of a kind. */
function pathInBlock(kind: WorkloadKind, path: string): string {
  return path.replace(/^container(?=\.|$)/, kind);
}

function validateName(name: string): Problem[] {
  if (isName(name)) return [];
  const message = name === '' ? 'a name is missing' : `${quote(name)} is not a valid name`;
  const hint = `use 1 to ${NAME_MAX_LENGTH} characters a-z, 0-9 and \`-\`, with a letter or digit at both ends`;
  return [{ path: 'name', message, hint }];
}

function validateImage({ image, kind, microVm }: WorkloadSpec): Problem[] {
  if (image === '' && kind === 'microVm') {
    if (isPrebuilt(microVm)) return [];
    const hint = 'or set kernelPath and rootfsPath to use your own kernel and root file system';
    return [{ path: 'container.image', message: 'is missing', hint }];
  }
  try {
    parseImageReference(image);
    return [];
  } catch (error) {
    if (!isCapsuleError(error)) throw error;
    return [{ path: 'container.image', message: error.message, hint: error.hint }];
  }
}

function validateArguments({ command, args, env }: WorkloadSpec): Problem[] {
  const problems: Problem[] = [];
  if (command[0] === '') {
    problems.push({ path: 'container.command[0]', message: 'the name of the program is empty' });
  }
  for (const [field, words] of Object.entries({ command, args })) {
    words.forEach((word, index) => {
      problems.push(...validateText(`container.${field}[${index}]`, word));
    });
  }
  const total = [...command, ...args, ...Object.entries(env).flat()].reduce(
    (sum, word) => sum + byteLength(word) + 1,
    0,
  );
  if (total > ARGUMENTS_MAX_BYTES) {
    const message = `command, args and env have ${total} bytes together; at most ${ARGUMENTS_MAX_BYTES} are allowed`;
    problems.push({ path: 'container', message });
  }
  return problems;
}

function validateEnv(env: WorkloadSpec['env']): Problem[] {
  return Object.entries(env).flatMap(([name, value]) => {
    const path = `container.env.${name}`;
    if (ENV_NAME.test(name) && name !== '__proto__') return validateText(path, `${name}=${value}`);
    const message = `${quote(name)} is not a valid name of a variable`;
    return [
      {
        path,
        message,
        hint: 'use letters, digits, `_`, `.` and `-`, and do not start with a digit',
      },
    ];
  });
}

function validateText(path: string, text: string): Problem[] {
  if (text.includes('\0'))
    return [{ path, message: 'contains a NUL character, which Linux does not allow' }];
  const bytes = byteLength(text);
  if (bytes <= ARGUMENT_MAX_BYTES) return [];
  return [{ path, message: `is ${bytes} bytes long; Linux allows at most ${ARGUMENT_MAX_BYTES}` }];
}

function validatePorts({ ports, networkMode }: WorkloadSpec): Problem[] {
  if (networkMode === 'host' && ports.length > 0) {
    const message = 'only bridge mode publishes ports';
    const hint =
      'remove `ports`: in host mode the container uses the ports of the capsule directly';
    return [{ path: 'container.ports', message, hint }];
  }
  return ports.flatMap((port, index) => {
    const path = `container.ports[${index}]`;
    const problems = validatePort(path, port);
    const first = ports.findIndex((other) => portsClash(other, port));
    if (first !== index && first !== -1 && problems.length === 0) {
      const message = `${describeHostPort(port)} is published twice, first by ports[${first}]`;
      problems.push({ path: `${path}.hostPort`, message });
    }
    return problems;
  });
}

function validatePort(path: string, port: PortMapping): Problem[] {
  const { containerPort, hostPort, protocol, hostAddress } = port;
  const problems: Problem[] = [];
  // The reader has recorded unreadable values.
  if (Number.isNaN(containerPort) && Number.isNaN(hostPort)) return problems;
  if (hostAddress !== undefined && !isIPv4(hostAddress)) {
    const message = `${quote(hostAddress)} is not an IPv4 address`;
    const hint = 'write an address of the capsule, for example 127.0.0.1';
    problems.push({ path: `${path}.hostAddress`, message, hint });
  }
  if (!isPort(containerPort)) {
    problems.push({ path: `${path}.containerPort`, message: notAPort(containerPort) });
  }
  if (hostPort === 0) {
    const message = 'the capsule cannot choose a port (0)';
    problems.push({
      path: `${path}.hostPort`,
      message,
      hint: 'write the port that you want, from 1 to 65535',
    });
  } else if (!isPort(hostPort)) {
    problems.push({ path: `${path}.hostPort`, message: notAPort(hostPort) });
  } else if (hostPort === API_PORT && protocol === 'tcp') {
    const message = `the capsule uses ${API_PORT}/tcp for its own API`;
    problems.push({ path: `${path}.hostPort`, message, hint: 'choose another port' });
  }
  return problems;
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65535;
}

function notAPort(value: number): string {
  return `${value} is not a port from 1 to 65535`;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
