// Used by these tests and by tests/browser; needs nothing but Node.
// Starts (or joins) the server under test and speaks its sandbox API.
// TONGBAO_READY=file joins a running server; TONGBAO_BIN=path starts that binary (default target/release/tongbao).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 30_000;
export const PAY_PASSWORD = '739164';

async function freePort() {
  const probe = createTcpServer().listen(0, '127.0.0.1');
  await new Promise(done => probe.once('listening', done));
  const { port } = probe.address();
  await new Promise(done => probe.close(done));
  return port;
}

/** {ready, stop()}; stop ends only the process that was started here. */
export async function startServer() {
  if (process.env.TONGBAO_READY) {
    return { ready: JSON.parse(readFileSync(process.env.TONGBAO_READY, 'utf8')), stop: async () => {} };
  }
  const binary = path.resolve(process.env.TONGBAO_BIN ?? path.join(repository, 'target/release/tongbao'));
  assert.ok(existsSync(binary), `${binary} does not exist; build it, or set TONGBAO_BIN or TONGBAO_READY`);
  const folder = mkdtempSync(path.join(tmpdir(), 'tongbao-node-'));
  const readyFile = path.join(folder, 'ready.json');
  const logFile = path.join(folder, 'log');
  const log = openSync(logFile, 'a');
  const child = spawn(binary, ['up', '--data', path.join(folder, 'data'),
    '--listen', `127.0.0.1:${await freePort()}`, '--ready', readyFile], { stdio: ['ignore', log, log] });
  let ended = false;
  const end = new Promise(done => child.once('exit', () => { ended = true; done(); }));
  const limit = Date.now() + START_LIMIT_MS;
  for (;;) {
    assert.ok(!ended && Date.now() < limit, `the server did not start:\n${readFileSync(logFile, 'utf8').slice(-4000)}`);
    try {
      const ready = JSON.parse(readFileSync(readyFile, 'utf8'));
      return { ready, stop: () => stop(child, end) };
    } catch {
      await sleep(20); // not written yet, or only half of it
    }
  }
}

async function stop(child, end) {
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await end;
  clearTimeout(insist);
}

/** The headless API of the sandbox. */
export class Sandbox {
  constructor(base) {
    this.base = base;
  }

  async send(name, body) {
    const response = await fetch(this.base + name, body && {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const found = await response.json();
    if (!response.ok) {
      throw Object.assign(new Error(`${response.status} ${JSON.stringify(found)}`), { status: response.status });
    }
    return found;
  }

  async buyer(balance = '10000.00') {
    const login = `node${randomBytes(5).toString('hex')}@example.com`;
    const made = await this.send('/party', {
      kind: 'buyer', login, name: '测试买家', pay_password: PAY_PASSWORD, balance });
    return { login, userId: made.user_id };
  }

  async payCode(login) {
    return (await this.send('/paycode', { login })).auth_code;
  }

  pay(login, what) {
    return this.send('/pay', { login, pay_password: PAY_PASSWORD, ...what });
  }
}

/** A merchant's web server that collects notifications by out_trade_no. */
export async function startMerchant() {
  const arrived = [];
  const http = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) {
      text += chunk;
    }
    if (request.method === 'POST') {
      arrived.push(Object.fromEntries(new URLSearchParams(text)));
      response.end('success');
    } else { // the page on which the buyer lands
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end('<!doctype html><meta name="viewport" content="width=device-width">'
        + '<title>Shop</title><h1>谢谢惠顾</h1>');
    }
  }).listen(0, '127.0.0.1');
  await new Promise(done => http.once('listening', done));
  return {
    url: `http://127.0.0.1:${http.address().port}/notify`,
    returnUrl: `http://127.0.0.1:${http.address().port}/thanks?shop=1`,
    wait(number, wanted = () => true, limitMs = 15_000) {
      return this.find(params => params.out_trade_no === number && wanted(params), number, limitMs);
    },
    /** The first notification for which `wanted` holds; `what` names it when none comes. */
    async find(wanted, what, limitMs = 15_000) {
      for (const limit = Date.now() + limitMs; Date.now() < limit; await sleep(20)) {
        const found = arrived.find(wanted);
        if (found) {
          return found;
        }
      }
      throw new assert.AssertionError({ message: `no such notification for ${what}` });
    },
    /** All that came and for which `wanted` holds. */
    all: wanted => arrived.filter(wanted),
    close() {
      http.closeAllConnections();
      return new Promise(done => http.close(done));
    },
  };
}

const run = randomBytes(4).toString('hex');
let count = 0;

/** An order number that was never used. */
export function newNumber() {
  count += 1;
  return `J${run}${String(count).padStart(6, '0')}`;
}
