// The mock: the built pages under /app/ with the strict policy that the platform sends, and the API from memory. It
// listens on this machine alone. `npm run mock -- 8790 --new` begins without an account.
import { readFile } from 'node:fs/promises';
import { createServer, STATUS_CODES } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { APPS } from '../scripts/apps.mjs';
import { CALLS } from './calls.mjs';
import { OPS } from './ops.mjs';
import { SANDBOX_CALLS } from './sandbox.mjs';
import { SELLERS } from './sellers.mjs';
import { FILE, livedIn, newWorld, No, STATUS } from './world.mjs';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const PREFIX = '/api/v1';
const SANDBOX_PREFIX = '/sandbox';
const BODY_BYTES_MAX = 100_000;
/** What each desk asks, beside what the wallet does. */
const ALL_CALLS = [...CALLS, ...SELLERS, ...OPS];
/** What the platform sends with every page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "font-src 'self'",
  "media-src 'self' blob:",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
].join('; ');
const KINDS = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

const send = (response, status, kind, body, headers = {}) => {
  response.writeHead(status, {
    'content-type': kind,
    'content-security-policy': POLICY,
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(status === 204 ? undefined : body);
};

async function file(request, response, pathname) {
  const name = path.normalize(
    path.join(dist, pathname.slice('/app/'.length) + (pathname.endsWith('/') ? 'index.html' : '')),
  );
  const bytes = name.startsWith(dist) ? await readFile(name).catch(() => null) : null;
  const smaller =
    /\bbr\b/.test(request.headers['accept-encoding'] ?? '') && bytes
      ? await readFile(`${name}.br`).catch(() => null)
      : null;
  if (bytes) {
    const headers = smaller ? { 'content-encoding': 'br', vary: 'accept-encoding' } : {};
    send(response, 200, KINDS[path.extname(name)] ?? 'application/octet-stream', smaller ?? bytes, headers);
  } else {
    send(response, 404, 'text/plain', 'not found');
  }
}

async function bodyOf(request) {
  let text = '';
  for await (const piece of request) {
    text += piece;
    if (text.length > BODY_BYTES_MAX) {
      throw new No(413, 'too_large', 'the body is too large');
    }
  }
  return text ? JSON.parse(text) : {};
}

function match(template, pathname) {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const found = new RegExp(`^${template.replace(/\{\w+\}/g, '([^/]+)')}$`).exec(pathname);
  return found && Object.fromEntries(names.map((name, place) => [name, decodeURIComponent(found[place + 1])]));
}

/** The session: of the cookie, or of the header. */
const token = request =>
  /^Bearer (\w+)$/.exec(request.headers.authorization ?? '')?.[1] ??
  /tongbao_person=(\w+)/.exec(request.headers.cookie ?? '')?.[1];

async function call(world, request, response, url, { prefix, calls }) {
  const pathname = url.pathname.slice(prefix.length);
  const found = calls.map(([method, template, isOpen, act]) => ({
    method,
    isOpen,
    act,
    path: match(template, pathname),
  })).find(one => one.path && one.method === request.method);
  if (!found) {
    throw new No(404, 'not_found', 'there is no such path');
  }
  if (!found.isOpen && !world.signedIn.has(token(request))) {
    throw new No(401, 'not_signed_in', 'sign in: POST /api/v1/sessions');
  }
  const asked = {
    path: found.path,
    query: url.searchParams,
    body: await bodyOf(request),
    key: request.headers['idempotency-key'],
    token: token(request),
    root: `http://${request.headers.host}/`,
  };
  const told = await found.act(world, asked);
  if (told === undefined) {
    throw new No(404, 'not_found', 'there is no such thing');
  }
  if (told[FILE]) {
    const { kind, name, bytes } = told[FILE];
    send(response, 200, kind, bytes, { 'content-disposition': `attachment; filename="${name}"` });
    return;
  }
  const cookie = told.token ? { 'set-cookie': `tongbao_person=${told.token}; Path=/; HttpOnly; SameSite=Strict` } : {};
  send(response, told[STATUS] ?? 200, 'application/json', JSON.stringify(told), cookie);
}

function events(world, request, response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const listener = changed => response.write(`event: changed\ndata: ${JSON.stringify(changed)}\n\n`);
  response.write('retry: 3000\n\n');
  listener({ changed: ['account', 'bills'] });
  world.listeners.add(listener);
  request.on('close', () => world.listeners.delete(listener));
}

/** A merchant's people hear at once that there is something to look at, and nothing more: nobody else sells here. */
function shopEvents(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 3000\nevent: changed\ndata: {"changed":["orders","money"]}\n\n');
}

/** The sandbox API says no in a form of its own. */
const isOfSandbox = url => url.pathname.startsWith(`${SANDBOX_PREFIX}/`);

async function answer(world, request, response) {
  const url = new URL(request.url, 'http://mock');
  try {
    if (isOfSandbox(url)) {
      await call(world, request, response, url, { prefix: SANDBOX_PREFIX, calls: SANDBOX_CALLS });
    } else if (url.pathname === `${PREFIX}/me/events` && world.signedIn.has(token(request))) {
      events(world, request, response);
    } else if (match(`${PREFIX}/sellers/{seller}/events`, url.pathname) && world.signedIn.has(token(request))) {
      shopEvents(response);
    } else if (url.pathname.startsWith(`${PREFIX}/`)) {
      await call(world, request, response, url, { prefix: PREFIX, calls: ALL_CALLS });
    } else {
      await file(request, response, url.pathname.startsWith('/app/') ? url.pathname : '/app/none');
    }
  } catch (thrown) {
    const { status, code, message, more } =
      thrown instanceof No ? thrown : { status: 500, code: 'internal', message: String(thrown) };
    if (isOfSandbox(url)) {
      send(response, status, 'application/json', JSON.stringify({ error: { code, message } }));
      return;
    }
    const type = `urn:tongbao:problem:${code}`;
    const problem = { type, title: STATUS_CODES[status] ?? 'Error', status, detail: message, code, ...more };
    send(response, status, 'application/problem+json', JSON.stringify(problem));
  }
}

/** Listens on this machine. `port` 0 takes any; the answer says which. */
export async function startMock(port, { isNew = false } = {}) {
  const world = isNew ? newWorld() : livedIn(newWorld());
  const server = createServer((request, response) => void answer(world, request, response));
  await new Promise((listening, failed) => server.once('error', failed).listen(port, '127.0.0.1', listening));
  return { server, world, port: server.address().port };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { port } = await startMock(Number(process.argv[2] ?? 8790), { isNew: process.argv.includes('--new') });
  for (const { name } of APPS) {
    console.log(`http://localhost:${port}/app/${name}/`);
  }
  console.log('Sign in as 13800138000 with plum-blossom-7; the payment password is 836205.');
}
