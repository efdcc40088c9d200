import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeSpec, type PartialSpec } from '../../resource/workload/complete-spec.ts';
import { validateMicroVm } from './validate-micro-vm.ts';
import { validateSettings } from './validate-settings.ts';

function problemsOf(more: Partial<PartialSpec>): readonly string[] {
  const problems = validateSettings(completeSpec({ name: 'web', image: 'web', ...more }));
  return problems.map(({ path, message }) => `${path}: ${message}`);
}

test('security options, shares and options of a tmpfs are allowed', () => {
  const tmpfs = [{ mountPath: '/x', options: ['noexec', 'mode=1777'] }];
  const securityOpts = ['no-new-privileges', 'seccomp=unconfined'];
  assert.deepEqual(problemsOf({ tmpfs, securityOpts, resources: { cpuShares: 2 } }), []);
});

test('an option or a share that does not exist is refused with its place', () => {
  const tmpfs = [{ mountPath: '/x', options: ['noexec', 'bind'] }];
  const securityOpts = ['no-new-privileges', 'no-new-privileges=false', 'label=x'];
  assert.deepEqual(problemsOf({ tmpfs, securityOpts, resources: { cpuShares: 1 } }), [
    'container.resources.cpuShares: 1 is out of range: 2 to 262144 shares',
    'container.tmpfs[0].options[1]: "bind" is not an option of a tmpfs',
    'container.securityOpts[1]: "no-new-privileges=false" is decided twice',
    'container.securityOpts[2]: "label=x" is not a security option',
  ]);
});

test('a stored microVM cannot have the fields of containers of a cell', () => {
  const spec = completeSpec({
    name: 'web',
    image: 'web',
    kind: 'microVm',
    resources: { cpuShares: 512 },
    securityOpts: ['seccomp=unconfined'],
    tmpfs: [{ mountPath: '/x', options: ['exec'] }],
  });
  assert.deepEqual(
    validateMicroVm(spec).map(({ path }) => path),
    ['microVm.securityOpts', 'microVm.resources.cpuShares', 'microVm.tmpfs.options'],
  );
});
