import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { run } from '@capsule/host';
import { checkLogin } from './check-login.ts';

const LOGIN = { username: 'ann', secret: 'höhle:2' };
const EXPECTED = `Basic ${Buffer.from('ann:höhle:2').toString('base64')}`;

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const check = (name: string, login = LOGIN) =>
  checkLogin(
    { name, mirrors: [], plainHttp: true, insecure: false, caCertificate: '' },
    login,
    AbortSignal.timeout(10_000),
  );

test('a registry that asks for user and password accepts only the right ones', async (t) => {
  const name = await serve(t, ({ headers }, response) => {
    response.setHeader('www-authenticate', 'Basic realm="r"');
    response.writeHead(headers.authorization === EXPECTED ? 200 : 401).end();
  });
  await check(name);
  const wrong = check(name, { ...LOGIN, secret: 'no' });
  await assert.rejects(wrong, { code: 'REGISTRY_LOGIN_REFUSED', kind: 'denied' });
});

test('a registry that refers to a token server accepts the login that the server accepts', async (t) => {
  const asked: string[] = [];
  const tokens = await serve(t, ({ headers, url }, response) => {
    asked.push(url ?? '');
    response.writeHead(headers.authorization === EXPECTED ? 200 : 401).end('{"token": "t"}');
  });
  const name = await serve(t, (_request, response) => {
    const challenge = `Bearer realm="http://${tokens}/token",service="reg"`;
    response.setHeader('www-authenticate', challenge);
    response.writeHead(401).end();
  });
  await check(name);
  assert.deepEqual(asked, ['/token?service=reg&account=ann']);
  await assert.rejects(check(name, { ...LOGIN, secret: 'no' }), { code: 'REGISTRY_LOGIN_REFUSED' });
});

test('an answer of no registry, a broken one, and no answer are distinguished from a refusal', async (t) => {
  const unreachable = { code: 'REGISTRY_UNREACHABLE', kind: 'unavailable' };
  const broken = await serve(t, (_request, response) => void response.writeHead(500).end());
  await assert.rejects(check(broken), unreachable);
  const rude = await serve(t, ({ socket }) => void socket.destroy());
  await assert.rejects(check(rude), { ...unreachable, message: /: it closed the connection$/ });
  const refuses = { ...unreachable, message: /: it refuses connections$/ };
  await assert.rejects(check('127.0.0.1:1'), refuses);
  const unknown = { ...unreachable, message: /: its name (?:is unknown|cannot be looked up)$/ };
  await assert.rejects(check('no-such-host.invalid'), unknown);
  const odd = await serve(t, (_request, response) => {
    response.setHeader('www-authenticate', 'Bearer realm="ftp://x/"');
    response.writeHead(401).end();
  });
  await assert.rejects(check(odd), { code: 'REGISTRY_LOGIN_REFUSED' });
});

test('a declared certificate is trusted in addition to the usual ones', async (t) => {
  const usual = await selfSigned(t);
  const own = await selfSigned(t);
  const before = getCACertificates();
  t.after(() => setDefaultCACertificates(before));
  setDefaultCACertificates([...before, usual.cert]);
  const server = createSecureServer(usual, (_request, response) => void response.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const spec = { name: `127.0.0.1:${port}`, mirrors: [], plainHttp: false, insecure: false };
  await checkLogin({ ...spec, caCertificate: own.cert }, LOGIN, AbortSignal.timeout(10_000));
});

async function selfSigned(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-tls-'));
  t.after(() => rm(folder, { recursive: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-days', '2', '-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ...['-keyout', key, '-out', cert],
  ]);
  return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
}
