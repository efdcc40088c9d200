import type { HealthCheck } from '../../resource/cell/health-check.ts';
import { SIGNAL_NAMES, signalNumber } from '../../resource/cell/signal.ts';
import { isName } from '../../resource/name.ts';
import type { WorkloadSpec } from '../../resource/workload/workload.ts';
import type { Problem } from '../problem.ts';
import { nearestWord } from '../read/nearest-word.ts';
import { problemsOfLength, problemsOfRange, quote } from './rule.ts';

const DAY_SECONDS = 24 * 3600;
const DEPENDENCIES_MOST = 64;
const LABELS_MOST = 64;
const LABEL_KEY = /^[A-Za-z0-9]([-A-Za-z0-9._/]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9._/:@]{0,251}[A-Za-z0-9])?)?$/;

/** The longest pause between two restarts. */
const BACKOFF_MOST_SECONDS = 300;

/** The rules of how a workload starts, serves, ends and is found. Paths are those of a manifest. */
export function validateLife(spec: WorkloadSpec): readonly Problem[] {
  const { minReadySeconds, stopGraceSeconds, updateTimeoutSeconds, healthCheck } = spec;
  return [
    ...validateStopSignal(spec.stopSignal),
    ...problemsOfRange('container.minReadySeconds', minReadySeconds, 0, DAY_SECONDS, 'seconds'),
    ...problemsOfRange('container.stopGraceSeconds', stopGraceSeconds, 0, DAY_SECONDS, 'seconds'),
    ...problemsOfRange(
      'container.updateTimeoutSeconds',
      updateTimeoutSeconds,
      1,
      DAY_SECONDS,
      'seconds',
    ),
    ...problemsOfRange(
      'container.restartBackoffSeconds',
      spec.restartBackoffSeconds,
      1,
      BACKOFF_MOST_SECONDS,
      'seconds',
    ),
    ...problemsOfRange('container.restartMaxRetries', spec.restartMaxRetries, 1, 1_000_000, ''),
    ...(healthCheck === undefined ? [] : validateHealthCheck(healthCheck)),
    ...validateDependencies(spec),
    ...validateLabels(spec.labels),
  ];
}

function validateStopSignal(text: string): Problem[] {
  if (text === '' || signalNumber(text) !== undefined) return [];
  const near = nearestWord(text, SIGNAL_NAMES);
  const hint = near ? `did you mean ${near}?` : 'SIGTERM, SIGINT, SIGQUIT, SIGRTMIN+3, 15, …';
  return [{ path: 'container.stopSignal', message: `${quote(text)} is not a signal`, hint }];
}

function validateHealthCheck(check: HealthCheck): Problem[] {
  const path = 'container.healthCheck';
  return [
    ...validateProbe(check),
    ...problemsOfRange(`${path}.intervalSeconds`, check.intervalSeconds, 1, DAY_SECONDS, 'seconds'),
    ...problemsOfRange(`${path}.timeoutSeconds`, check.timeoutSeconds, 1, 3600, 'seconds'),
    ...problemsOfRange(`${path}.retries`, check.retries, 1, 1000, ''),
    ...problemsOfRange(
      `${path}.startPeriodSeconds`,
      check.startPeriodSeconds,
      0,
      DAY_SECONDS,
      'seconds',
    ),
  ];
}

function validateProbe({ probe }: HealthCheck): Problem[] {
  const path = `container.healthCheck.${probe.kind}`;
  if (probe.kind === 'exec') {
    const isProgram = probe.command.length > 0 && probe.command[0] !== '';
    if (!isProgram) return [{ path: `${path}.command`, message: 'names no program' }];
    const isText = probe.command.every((word) => !word.includes('\0') && word.length < 128 * 1024);
    return isText
      ? []
      : [{ path: `${path}.command`, message: 'contains a NUL character or is too long' }];
  }
  const problems = problemsOfRange(`${path}.port`, probe.port, 1, 65535, '');
  if (probe.kind === 'tcp') return problems;
  const isPath = /^\/[\x21-\x7e]{0,2047}$/.test(probe.path);
  if (isPath) return problems;
  const message = `${quote(probe.path)} is not the path of an HTTP request`;
  return [...problems, { path: `${path}.path`, message, hint: 'begin the path with /' }];
}

function validateDependencies({ name, dependsOn }: WorkloadSpec): Problem[] {
  const problems = problemsOfLength('container.dependsOn', dependsOn, DEPENDENCIES_MOST);
  dependsOn.forEach((needed, index) => {
    const path = `container.dependsOn[${index}]`;
    if (!isName(needed)) problems.push({ path, message: `${quote(needed)} is not a name` });
    else if (needed === name) problems.push({ path, message: 'a workload cannot wait for itself' });
    else if (dependsOn.indexOf(needed) < index) {
      problems.push({ path, message: `${needed} is named twice` });
    }
  });
  return problems;
}

function validateLabels(labels: WorkloadSpec['labels']): Problem[] {
  const entries = Object.entries(labels);
  return [
    ...problemsOfLength('container.labels', entries, LABELS_MOST),
    ...entries.flatMap(([key, value]): Problem[] => {
      const path = `container.labels.${key}`;
      if (!LABEL_KEY.test(key)) {
        const hint = 'use at most 63 letters, digits, `-`, `_`, `.`, `/`';
        return [{ path, message: `${quote(key)} is not a valid label key`, hint }];
      }
      if (LABEL_VALUE.test(value)) return [];
      const hint = 'use at most 253 letters, digits, `-`, `_`, `.`, `/`, `:`, `@`';
      return [{ path, message: `${quote(value)} is not a valid label value`, hint }];
    }),
  ];
}
