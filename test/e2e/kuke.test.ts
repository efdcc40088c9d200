import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RunResult, run } from '@capsule/host';
import { nginxRecipe } from '@capsule/launcher';
import { busyboxRecipe, type Lab, startLab } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { CONTAINER_PAGE } from './support/container-page.ts';

const BOUND = { timeout: 180_000 };
/** Stays, and ends at once when it is asked to. */
const STAY = '--image busybox --stop-grace 0 --user 1000:1000 --command sleep --args 3600';

let lab: Lab;

before(async () => {
  lab = await startLab({ images: [busyboxRecipe, nginxRecipe] });
}, BOUND);

after(() => lab[Symbol.asyncDispose](), BOUND);

/** Runs a line in a shell of the lab, as a document prints it. Accepts any exit code. */
function shell(line: string, input?: string): Promise<RunResult> {
  const allow = Array.from({ length: 256 }, (_, code) => code);
  return run('sh', ['-e', '-c', line], { env: lab.env, allow, ...(input && { input }) });
}

async function says(line: string, stdout: string | RegExp, input?: string): Promise<string> {
  const result = await shell(line, input);
  assert.equal(result.exitCode, 0, `${line}: ${result.stderr}`);
  if (typeof stdout === 'string') assert.equal(result.stdout, stdout, line);
  else assert.match(result.stdout, stdout, line);
  return result.stdout;
}

async function refuses(
  line: string,
  exitCode: number,
  ...stderr: readonly RegExp[]
): Promise<void> {
  const result = await shell(line);
  assert.equal(result.exitCode, exitCode, `${line}: ${result.stdout}${result.stderr}`);
  for (const expected of stderr) assert.match(result.stderr, expected, line);
}

test(
  'a capsule has main/default/default from its first start, and init only reports it',
  BOUND,
  async () => {
    const report =
      'realm main exists: ready, containerd namespace kukeon-main\n' +
      'space main/default exists: ready, bridge br0, 172.20.254.0/24\n' +
      'stack main/default/default exists: ready\n';
    await says('sudo kuke init', report);
    await says('sudo kuke init', report);
  },
);

test('the container page can be followed line by line', BOUND, async () => {
  await says('sudo mkdir -p /srv/html', '');
  const applied =
    'cell hello-world created, because it was missing\n' +
    'container hello-world/web created, ready\n';
  await says('sudo kuke apply --wait -f -', applied, CONTAINER_PAGE);
  await says(
    `sudo kuke create container side --cell hello-world \\
    --realm main --space default --stack default \\
    --image docker.io/library/busybox:latest \\
    --command /bin/sh --args "-c" --args "sleep 3600"`,
    'container hello-world/side created\ncontainer hello-world/side started: Ready\n',
  );
  await says(
    'sudo ctr -n kukeon-main tasks ls',
    /^default_default_hello-world_side +\d+ +RUNNING$/m,
  );
  const place = '--cell hello-world \\\n    --realm main --space default --stack default';
  await says(
    `sudo kuke start container side ${place}`,
    'container hello-world/side was already running: Ready\n',
  );
  await says(`sudo kuke kill container side ${place}`, 'container hello-world/side killed\n');
  await says(
    `sudo kuke start container side ${place}`,
    'container hello-world/side started: Ready\n',
  );
  await says('kuke exec hello-world --container side -- cat /etc/hostname', 'hello-world\n');
  await says(
    `sudo kuke stop container side ${place} --grace 0`,
    'container hello-world/side stopped\n',
  );
  await says(
    'sudo kuke delete container side --cell hello-world',
    'container hello-world/side deleted\n',
  );
  await says('kuke get containers -o name', 'hello-world/web\n');
  await says('kuke delete -f -', 'container hello-world/web deleted\n', CONTAINER_PAGE);
  await says('kuke get cells -o name', '');
});

test('the verbs answer as the table of verbs says', BOUND, async () => {
  const side = 'container side --cell v';
  await says('kuke create cell v', 'cell v created, without containers\n');
  await says('kuke get cell v -o jsonpath={.status.state}', 'Pending\n');
  await says(`kuke create container root --cell v ${STAY}`, /^container v\/root started: Ready$/m);
  await says(`kuke create ${side} ${STAY}`, /^container v\/side started: Ready$/m);
  await says(`kuke create ${side} ${STAY}`, 'container v/side already exists\n');
  await refuses(`kuke create ${side} ${STAY} --env A=b`, 4, /differs in/, /`kuke apply`/);
  await says(`kuke start ${side}`, /was already running/);
  await says('kuke pause v', 'cell v paused\n');
  await says('kuke get cells --no-headers', /^v +main +default +default +Paused +\d+s$/m);
  await says('kuke unpause v', 'cell v resumed\n');
  await says(`kuke stop ${side}`, 'container v/side stopped\n');
  await says(`kuke stop ${side}`, 'container v/side was already stopped\n');
  for (const verb of ['stop', 'kill', 'delete']) {
    const whole = new RegExp(`\`kuke ${verb} cell v\` acts on the whole cell`);
    await refuses(`kuke ${verb} container root --cell v`, 4, whole);
  }
  await says('kuke stop v', 'cell v stopped\n');
  await says('kuke stop v', 'cell v was already stopped\n');
  await refuses(`kuke start ${side}`, 4, /`kuke start cell v` starts the cell/);
  await says(
    `kuke create container late --cell v ${STAY}`,
    /created, not started: cell v does not run/,
  );
  await says('kuke start v', 'cell v started: Ready\n');
  await says('kuke restart v', 'cell v restarted: Ready\n');
  await refuses('kuke delete cell v', 4, /holds side, late|holds late, side/, /--cascade/);
  await says('kuke delete cell v --cascade', 'cell v deleted\n');
  await refuses('kuke delete cell v', 3, /there is no cell v/);
});

test('every level is made, listed and deleted with everything in it', BOUND, async () => {
  await says('kuke create realm prod', 'realm prod created\n');
  await refuses('kuke create stack s --realm prod --space none', 3, /there is no space prod\/none/);
  await says('kuke c sp shop --realm prod', 'space prod/shop created\n');
  await says('kuke c st blog --realm prod --space shop', 'stack prod/shop/blog created\n');
  await says(
    'kuke c ce empty --realm prod --space shop --stack blog',
    /created, without containers/,
  );
  await says('kuke get r -o name', 'main\nprod\n');
  await says(
    'kuke get sp --realm prod -o wide',
    /^shop +prod +Ready +\d+s +kb\w+ +10\.88\.0\.0\/24/m,
  );
  await refuses(
    'kuke delete realm prod',
    4,
    /holds prod\/shop/,
    /`kuke delete realm --cascade prod`/,
  );
  const gone = [
    'cell prod/shop/blog/empty',
    'stack prod/shop/blog',
    'space prod/shop',
    'realm prod',
  ];
  await says('kuke purge realm prod', gone.map((one) => `${one} deleted\n`).join(''));
});

test('flat workloads are cells, and cells of one container are workloads', BOUND, async () => {
  const flat = {
    name: 'flat',
    kind: 'Container',
    container: { image: 'busybox', command: ['sleep', '1h'] },
  };
  await says('capsulectl apply --wait -f -', /^flat created, running/, JSON.stringify(flat));
  await says(`kuke create cell made ${STAY}`, /^cell made started: Ready$/m);
  await says('kuke get cells -o name', 'flat\nmade\n');
  const { stdout } = await capsulectl(lab, ['workload', 'list', '-o', 'name']);
  assert.equal(stdout, 'flat\nmade\n');
  await says('capsulectl cell list -o name', 'flat\nmade\n');
  const manifest = await says('kuke get cell made', /^kind: Cell$/m);
  await says('kuke apply -f -', 'cell made unchanged\n', manifest);
  await says('kuke delete cell flat made --force', 'cell flat deleted\ncell made deleted\n');
});
