import { create } from '@bufbuild/protobuf';
import { HEALTH_DEFAULTS, type HealthCheck, type HealthProbe, type Problem } from '@capsule/core';
import {
  ExecProbeSchema,
  HealthCheckSchema,
  HealthFailureAction,
  HttpProbeSchema,
  TcpProbeSchema,
  type HealthCheck as WireCheck,
} from '../../gen/capsule/v1/workload_pb.ts';
import { defineChoice } from '../choice.ts';
import { refuseUnknown } from '../refuse-unknown.ts';
import { choiceFromProto } from './policies.ts';

const action = defineChoice<HealthCheck['onFailure'], HealthFailureAction>({
  restart: HealthFailureAction.RESTART,
  none: HealthFailureAction.NONE,
});

export function healthCheckToProto(check: HealthCheck): WireCheck {
  return create(HealthCheckSchema, {
    probe: probeToProto(check.probe),
    intervalSeconds: check.intervalSeconds,
    timeoutSeconds: check.timeoutSeconds,
    retries: check.retries,
    startPeriodSeconds: check.startPeriodSeconds,
    onFailure: action.toProto(check.onFailure),
  });
}

/** Adds problems for values that the wire allows and the capsule does not support. */
export function healthCheckFromProto(
  check: WireCheck,
  path: string,
  problems: Problem[],
): HealthCheck {
  problems.push(...refuseUnknown(check, path));
  if (check.probe.value !== undefined) problems.push(...refuseUnknown(check.probe.value, path));
  return {
    probe: probeFromProto(check, path, problems),
    intervalSeconds: check.intervalSeconds || HEALTH_DEFAULTS.intervalSeconds,
    timeoutSeconds: check.timeoutSeconds || HEALTH_DEFAULTS.timeoutSeconds,
    retries: check.retries || HEALTH_DEFAULTS.retries,
    startPeriodSeconds: check.startPeriodSeconds,
    onFailure: choiceFromProto(action, check.onFailure, {
      absent: HEALTH_DEFAULTS.onFailure,
      path: `${path}.onFailure`,
      problems,
    }),
  };
}

function probeToProto(probe: HealthProbe): WireCheck['probe'] {
  switch (probe.kind) {
    case 'exec':
      return { case: 'exec', value: create(ExecProbeSchema, { command: [...probe.command] }) };
    case 'http': {
      const { port, path, scheme } = probe;
      return { case: 'http', value: create(HttpProbeSchema, { port, path, scheme }) };
    }
    case 'tcp':
      return { case: 'tcp', value: create(TcpProbeSchema, { port: probe.port }) };
  }
}

function probeFromProto({ probe }: WireCheck, at: string, problems: Problem[]): HealthProbe {
  switch (probe.case) {
    case 'exec':
      return { kind: 'exec', command: [...probe.value.command] };
    case 'http': {
      const { port, path, scheme } = probe.value;
      return {
        kind: 'http',
        port,
        path: path || '/',
        scheme: schemeFrom(scheme, `${at}.http.scheme`, problems),
      };
    }
    case 'tcp':
      return { kind: 'tcp', port: probe.value.port };
    default:
      problems.push({
        path: at,
        message: 'has no probe',
        hint: 'set exactly one of exec, http and tcp',
      });
      return { kind: 'tcp', port: 1 };
  }
}

function schemeFrom(text: string, path: string, problems: Problem[]): 'http' | 'https' {
  if (text === '' || text === 'http') return 'http';
  if (text === 'https') return 'https';
  problems.push({
    path,
    message: `${JSON.stringify(text)} is not a scheme`,
    hint: 'use http or https',
  });
  return 'http';
}
