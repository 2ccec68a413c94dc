// A small web shop that takes payments with the official SDK: page and wap pay, QR codes, pay codes, refunds.
//
//   TONGBAO_READY=ready.json [PORT=3000] [SHOP_FILE=shop-orders.json] [SHOP_PAY_SECONDS=900] [SHOP_URL=…] node shop.mjs
//
// Reading order: payments.mjs (all that moves money), book.mjs (what is kept, and how), then this file (the web).
//
// SHOP_URL is where browsers and the platform reach the shop, when that is not http://127.0.0.1:PORT. A real shop runs
// behind HTTPS, and its cookies say so (`Secure`).
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Book } from './book.mjs';
import { goodOf } from './goods.mjs';
import { fenOf } from './money.mjs';
import { goodsPage, messagePage, orderPage, ordersPage, page } from './pages.mjs';
import { Payments } from './payments.mjs';
import { favicon } from './pictures.mjs';
import { Platform } from './platform.mjs';
import { LANGUAGES, preferred, wordsOf } from './words.mjs';

/** A form of ours or a notification is far below this. */
const BODY_MAX = 32 * 1024;
const ROUND_MS = 1_000;
const HEARTBEAT_MS = 20_000;
/** Open pages that are told at once; more of them ask by themselves. */
const LIVE_MAX = 200;
const YEAR_S = 365 * 86_400;

// ---- settings: what is wrong with them is told in a sentence, not with a stack -----------------------------------

function end(sentence) {
  console.error(sentence);
  process.exit(1);
}

function orEnd(what, make) {
  try {
    return make();
  } catch (error) {
    // A parser's own words may quote what it read, and the ready file holds passwords.
    return end(`${what}: ${error instanceof SyntaxError ? 'it is not JSON' : error.message}`);
  }
}

function whole(name, usual, least, most) {
  const number = Number(process.env[name] || usual);
  return Number.isInteger(number) && number >= least && number <= most ? number
    : end(`${name} is not a whole number from ${least} to ${most}`);
}

/** The platform lets an order wait for fifteen days at most. */
const WAIT_MAX_S = 15 * 86_400;
const port = whole('PORT', 3_000, 0, 65_535);
const payMs = whole('SHOP_PAY_SECONDS', 900, 1, WAIT_MAX_S) * 1_000;
/** Our own address as others write it, when that is not where we listen. No slash at the end: paths begin with one. */
const shopUrl = process.env.SHOP_URL?.replace(/\/+$/, '') || undefined;
if (shopUrl && !(/^https?:/.test(shopUrl) && URL.canParse(shopUrl))) {
  end('SHOP_URL is not an address such as https://shop.example');
}
const shopOrigin = shopUrl && new URL(shopUrl).origin;
const readyFile = process.env.TONGBAO_READY || 'ready.json';
const platform = orEnd(`${readyFile} cannot be used; \`tongbao up --ready FILE\` writes it, TONGBAO_READY names it`,
  () => new Platform(readyFile));
const bookFile = process.env.SHOP_FILE || 'shop-orders.json';
const book = orEnd(`the order book ${bookFile} cannot be used`, () => new Book(bookFile, platform.world));
let payments; // once the port is known

const asset = (name, type) => ({ type, text: readFileSync(new URL(`public/${name}`, import.meta.url)) });
const ASSETS = new Map([
  ['/shop.css', asset('shop.css', 'text/css; charset=utf-8')],
  ['/shop.js', asset('shop.js', 'text/javascript; charset=utf-8')],
  ['/favicon.svg', { type: 'image/svg+xml', text: favicon }],
]);

// Nothing from elsewhere, nothing inline. Browsers hold form-action against redirects too, so the cashier is named.
const HEADERS = {
  'content-security-policy': ["default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self'",
    "connect-src 'self'", `form-action 'self' ${platform.origins.join(' ')}`, "base-uri 'none'",
    "frame-ancestors 'none'"].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

// ---- answers -----------------------------------------------------------------------------------------------------

const seeOther = (location, headers = {}) => ({ status: 303, headers: { ...headers, location }, text: '' });
const plain = (status, text) => ({ status, headers: { 'content-type': 'text/plain; charset=utf-8' }, text });
const message = (visit, status, title, text) => shown(visit, { status, title: visit.say(title),
  body: messagePage({ say: visit.say, title, text }) });
const notFound = visit => message(visit, 404, 'not_found', 'not_found_more');

function shown(visit, { status = 200, title, body, current, refresh }) {
  const count = book.of(visit.visitor).filter(one => one.state === 'waiting').length;
  const here = visit.method === 'GET' ? visit.path : '/orders'; // where a form went cannot be gone back to
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' },
    text: page({ say: visit.say, here, title, body, current, count, refresh }) };
}

const showOrder = (visit, order, more = {}) => shown(visit, {
  status: more.scanProblem || more.refundProblem ? 422 : 200,
  title: `${visit.say('order')} ${order.no.slice(-6)}`,
  refresh: order.state === 'waiting' && order.way !== 'code',
  body: orderPage({ say: visit.say, order, more: { buyers: platform.buyers, site: platform.site, ...more } }),
});

// ---- what visitors do --------------------------------------------------------------------------------------------

/** Phones get the pages for phones. */
const onPhone = headers => headers['sec-ch-ua-mobile'] === '?1' || /Mobi/.test(headers['user-agent'] ?? '');

async function placeOrder({ form: fields, ...visit }) {
  const good = goodOf(fields.get('good'));
  const [wish, form] = ['way', 'form'].map(name => fields.get(name) ?? '');
  if (!good || !['page', 'qr', 'code'].includes(wish) || !/^[\w-]{16,64}$/.test(form)) {
    return message(visit, 400, 'bad_form', 'bad_form_more');
  }
  const way = wish === 'page' && onPhone(visit.headers) ? 'wap' : wish;
  const order = payments.place({ visitor: visit.visitor, form, good, way, language: visit.say.language });
  if (!order) {
    return message(visit, 429, 'too_many', 'too_many_more');
  }
  if (order.way === 'qr') {
    await payments.drawCode(order.no);
  }
  return order.way === 'qr' || order.way === 'code' ? seeOther(`/orders/${order.no}`) : toCashier(visit, order);
}

function toCashier(visit, order) {
  return order.state === 'waiting' && !order.closing && ['page', 'wap'].includes(order.way)
    ? seeOther(payments.cashierLink(order)) : seeOther(`/orders/${order.no}`);
}

async function drawCode(visit, order) {
  await payments.drawCode(order.no);
  return seeOther(`/orders/${order.no}`);
}

async function scan(visit, order) {
  // Scanners type what they read and press Enter; some put spaces between.
  const authCode = (visit.form.get('auth_code') ?? '').replace(/\s+/g, '');
  if (!/^(?:2[5-9]|30)\d{14,22}$/.test(authCode)) {
    return showOrder(visit, order, { scanProblem: 'no_shape' });
  }
  await payments.scan(order.no, authCode);
  return seeOther(`/orders/${order.no}`);
}

async function refund(visit, order) {
  const wish = { amount: (visit.form.get('amount') ?? '').trim(), reason: (visit.form.get('reason') ?? '').trim(),
    form: visit.form.get('form') ?? '' };
  if (!/^[\w-]{16,48}$/.test(wish.form)) {
    return message(visit, 400, 'bad_form', 'bad_form_more');
  }
  const refundProblem = !/^\P{Cc}{1,100}$/u.test(wish.reason) ? 'refund_reason'
    : await payments.refund(order.no, { fen: fenOf(wish.amount), reason: wish.reason, number: `R${wish.form}` });
  return refundProblem ? showOrder(visit, book.find(order.no), { refundProblem, refundWish: wish })
    : seeOther(`/orders/${order.no}`);
}

async function close(visit, order) {
  await payments.close(order.no);
  return seeOther(`/orders/${order.no}`);
}

/** The buyer is back from the cashier. Anybody can write this address: it only says which order to ask about. */
async function returned(visit) {
  const order = book.find(visit.query.get('out_trade_no'));
  if (order) {
    await payments.ask(order.no);
  }
  return order?.visitor === visit.visitor ? seeOther(`/orders/${order.no}`)
    : message(visit, 200, 'thanks', 'thanks_elsewhere');
}

function chooseLanguage(visit) {
  const to = visit.query.get('to');
  const back = visit.query.get('back') ?? '/';
  // Only to a path of ours: `//elsewhere` would be another site.
  return seeOther(/^\/(?:[\w-][\w/-]*)?$/.test(back) ? back : '/',
    LANGUAGES.includes(to) ? { 'set-cookie': `shop_language=${to}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax` } : {});
}

const ACTIONS = { pay: toCashier, code: drawCode, scan, refund, close };

async function answer(visit) {
  const { method, path } = visit;
  const [, area, no, action] = path.split('/');
  if (method === 'GET' && path === '/') {
    return shown(visit, { title: visit.say('goods'), body: goodsPage({ say: visit.say, buyers: platform.buyers }) });
  }
  if (method === 'GET' && path === '/language') {
    return chooseLanguage(visit);
  }
  if (method === 'GET' && path === '/return') {
    return returned(visit);
  }
  if (path === '/orders') {
    return method === 'POST' ? placeOrder(visit) : shown(visit, { title: visit.say('my_orders'), current: '/orders',
      body: ordersPage({ say: visit.say, orders: book.of(visit.visitor) }) });
  }
  // An order of somebody else is not there. Its number alone opens nothing.
  const order = area === 'orders' ? book.find(no) : undefined;
  if (order?.visitor !== visit.visitor || path.split('/').length > 4) {
    return notFound(visit);
  }
  if (action === undefined && method === 'GET') {
    return showOrder(visit, order);
  }
  return method === 'POST' && Object.hasOwn(ACTIONS, action) ? ACTIONS[action](visit, order) : notFound(visit);
}

// ---- the live state of an order ----------------------------------------------------------------------------------

const live = new Set();

/** Server-sent events: the version of an order now, and after each change. The page then fetches itself. */
function follow(order, response) {
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
  const tell = one => response.write(`data: ${one.version}\n\n`);
  const stop = book.watch(order.no, tell);
  const beat = setInterval(() => response.write(':\n\n'), HEARTBEAT_MS);
  live.add(response);
  response.on('close', () => {
    stop();
    clearInterval(beat);
    live.delete(response);
  });
  tell(order);
}

// ---- the web server ----------------------------------------------------------------------------------------------

async function bodyOf(request) {
  let size = 0;
  const chunks = [];
  for await (const chunk of request) {
    size += chunk.length;
    if (size > BODY_MAX) {
      return undefined;
    }
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

/** A real shop has accounts. Here whoever holds the cookie is the visitor. */
function visitOf(request) {
  const cookies = new Map((request.headers.cookie ?? '').split(';').map(one => one.trim().split('=', 2)));
  const { pathname: path, searchParams: query } = new URL(request.url, 'http://shop');
  const known = /^[\w-]{22}$/.test(cookies.get('shop_visitor') ?? '');
  const visitor = known ? cookies.get('shop_visitor') : randomBytes(16).toString('base64url');
  const wished = cookies.get('shop_language');
  const say = wordsOf(LANGUAGES.includes(wished) ? wished : preferred(request.headers['accept-language']));
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  return { method, path, query, visitor, known, say, headers: request.headers };
}

/** Forms come from our own pages. Other programs on this machine are "the same site" for cookies, so look at Origin. */
function isOwn({ headers }) {
  try {
    const { origin, host } = new URL(headers.origin);
    return host === headers.host || origin === shopOrigin; // a proxy may have put its own name into Host
  } catch {
    return false;
  }
}

async function serve(request, response) {
  const visit = visitOf(request);
  const found = ASSETS.get(visit.path);
  if (found) {
    return { status: 200, headers: { 'content-type': found.type, 'cache-control': 'max-age=300' }, text: found.text };
  }
  const [, area, no, action] = visit.path.split('/');
  if (area === 'orders' && action === 'live' && visit.method === 'GET') {
    const order = book.find(no);
    if (order?.visitor !== visit.visitor) {
      return plain(404, 'not here');
    }
    if (live.size >= LIVE_MAX) {
      return plain(503, 'too many open pages; ask now and then');
    }
    follow(order, response);
    return undefined;
  }
  if (visit.method === 'POST') {
    visit.form = await bodyOf(request);
    if (visit.form && visit.path === '/notify') {
      // `success`, and nothing else, once the sale is on the disk; anything else is told again later.
      return plain(200, await payments.notified(Object.fromEntries(visit.form)) ? 'success' : 'fail');
    }
    if (!visit.form || !isOwn(visit)) {
      return message(visit, 400, 'bad_form', 'bad_form_more');
    }
  }
  const done = await answer(visit).catch(error => {
    console.error(error.stack);
    return message(visit, 500, 'broken', 'broken_more');
  });
  if (!visit.known) {
    done.headers['set-cookie'] = [done.headers['set-cookie'] ?? [],
      `shop_visitor=${visit.visitor}; Path=/; Max-Age=${YEAR_S}; HttpOnly; SameSite=Lax`].flat();
  }
  return done;
}

const server = createServer(async (request, response) => {
  const done = await serve(request, response).catch(error => {
    console.error(error.stack);
    return plain(500, 'the shop failed');
  });
  if (done) {
    response.writeHead(done.status, { ...HEADERS, ...done.headers });
    response.end(request.method === 'HEAD' ? undefined : done.text);
  }
});

server.on('error', error => {
  end(error.code === 'EADDRINUSE'
    ? `127.0.0.1:${port} is taken by another program; choose another port: PORT=3001 npm start`
    : `the shop cannot listen on 127.0.0.1:${port}: ${error.message}`);
});
server.listen(port, '127.0.0.1', () => {
  const base = shopUrl ?? `http://127.0.0.1:${server.address().port}`;
  payments = new Payments(platform, book, { base, payMs });
  console.log(base); // for whoever started it with PORT=0
  const round = async () => {
    await payments.round().catch(error => console.error(error.stack));
    setTimeout(round, ROUND_MS).unref();
  };
  round();
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close();
    live.forEach(response => response.end());
    server.closeIdleConnections();
    // What is under way at the platform is written down and asked about after the next start.
    setTimeout(() => process.exit(0), 1_000).unref();
  });
}
