// A small shop that takes Alipay, with the official SDK, and the calls that `tongbao certify` speaks to.
//
//   TONGBAO_READY=ready.json [PORT=3000] [SHOP_BUGS=…] node shop.mjs
//
// Orders live in memory. Where a real shop has a database, `state === 'waiting'` would be the condition of one update;
// here each change is made without an await between the look and the change, which is the same.
//
// SHOP_BUGS switches mistakes on, to see what certify says of them: no-idempotency, no-amount-check, ships-before-verify.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { AlipaySdk } from 'alipay-sdk';
import { fenOf, yuanOf } from './money.mjs';

const ready = JSON.parse(readFileSync(process.env.TONGBAO_READY, 'utf8'));
const app = ready.apps.find(one => one.mode === 'key');
const bugs = new Set((process.env.SHOP_BUGS ?? '').split(',').filter(Boolean));
const sdk = new AlipaySdk({
  appId: app.app_id,
  gateway: ready.gateway,
  keyType: 'PKCS8',
  privateKey: readFileSync(app.private_key_pkcs8, 'utf8'),
  alipayPublicKey: readFileSync(app.platform_public_key, 'utf8'),
});

const orders = new Map();
let base; // http://127.0.0.1:PORT, known once it listens

const PAID = ['TRADE_SUCCESS', 'TRADE_FINISHED'];

// ---- what happens to an order ------------------------------------------------------------------------------------

function ship(order) {
  if (order.shipped > 0 && !bugs.has('no-idempotency')) {
    return;
  }
  order.shipped += 1; // a real shop tells its warehouse here
}

/** The platform says that it was paid: in a verified notification, in the answer of a call, or in a query. */
async function paid(order, fen) {
  if (order.state === 'closed') {
    // The buyer was faster than our closing. What we no longer sell we pay back.
    order.paid = fen;
    await giveBack(order, fen, `${order.no}LATE`);
    return;
  }
  if (order.state !== 'waiting' && !bugs.has('no-idempotency')) {
    return; // told before
  }
  order.state = 'paid';
  order.paid = fen;
  ship(order);
}

/** The platform says that it ended. */
function ended(order) {
  if (order.state === 'waiting') {
    order.state = 'closed';
  }
}

const call = (method, bizContent) => sdk.exec(method, { bizContent });

/** Asks the platform: after a lost answer, without a notification, on the return page. */
async function ask(order) {
  const found = await call('alipay.trade.query', { outTradeNo: order.no });
  if (found.code === '10000' && PAID.includes(found.tradeStatus) && fenOf(found.totalAmount) === order.total) {
    await paid(order, order.total);
  } else if (found.code === '10000' && found.tradeStatus === 'TRADE_CLOSED') {
    ended(order);
  }
}

/** One refund. The same number is the same refund, whatever became of the first request. */
async function giveBack(order, fen, number) {
  const answer = await call('alipay.trade.refund',
    { outTradeNo: order.no, refundAmount: yuanOf(fen), outRequestNo: number });
  if (answer.code !== '10000') {
    return false;
  }
  order.refunds.set(number, fen);
  order.refunded = [...order.refunds.values()].reduce((sum, one) => sum + one, 0);
  if (order.refunded === order.paid) {
    order.state = 'refunded';
  }
  return true;
}

// ---- what the platform sends -------------------------------------------------------------------------------------

async function notified(told) {
  const order = orders.get(told.out_trade_no);
  if (bugs.has('ships-before-verify') && order && told.trade_status === 'TRADE_SUCCESS') {
    ship(order);
  }
  if (!sdk.checkNotifySignV2(told)) {
    return 'fail';
  }
  if (!order || told.app_id !== app.app_id || told.seller_id !== app.seller_id) {
    return 'fail';
  }
  if (fenOf(told.total_amount) !== order.total && !bugs.has('no-amount-check')) {
    return 'fail';
  }
  if (PAID.includes(told.trade_status)) {
    await paid(order, fenOf(told.total_amount));
  } else if (told.trade_status === 'TRADE_CLOSED') {
    ended(order);
  }
  return 'success';
}

// ---- what certify asks -------------------------------------------------------------------------------------------

const shown = order => ({
  out_trade_no: order.no,
  state: order.state,
  paid_amount: yuanOf(order.paid),
  shipped: order.shipped,
  refunded_amount: yuanOf(order.refunded),
});
const no = (status, error) => [status, { error }];

function makeOrder({ subject, total_amount: amount, till }) {
  const total = fenOf(amount);
  if (!(total > 0) || !subject) {
    return no(400, 'subject and total_amount are needed');
  }
  const order = { no: `SHOP${Date.now()}${randomBytes(4).toString('hex')}`, subject, total, state: 'waiting', paid: 0,
    shipped: 0, refunded: 0, refunds: new Map() };
  orders.set(order.no, order);
  if (till) {
    return [200, { out_trade_no: order.no }];
  }
  const returnUrl = `${base}/return?order=${order.no}`;
  const value = sdk.pageExec('alipay.trade.page.pay', 'GET', {
    bizContent: { outTradeNo: order.no, totalAmount: yuanOf(total), subject, productCode: 'FAST_INSTANT_TRADE_PAY' },
    notifyUrl: `${base}/notify`,
    returnUrl,
  });
  return [200, { out_trade_no: order.no, pay: { kind: 'page', value }, return_url: returnUrl }];
}

async function close(order) {
  if (order.state !== 'waiting') {
    return no(409, `the order is ${order.state}`);
  }
  const answer = await call('alipay.trade.close', { outTradeNo: order.no });
  if (answer.code === '10000' || answer.subCode === 'ACQ.TRADE_NOT_EXIST') {
    if (answer.code !== '10000') {
      // Nobody opened the cashier yet: there is no trade to close, only a code or link to spoil.
      await call('alipay.trade.cancel', { outTradeNo: order.no });
    }
    ended(order);
    return [200, shown(order)];
  }
  await ask(order);
  return no(409, `the order is ${order.state}`);
}

async function refund(order, { amount, out_request_no: number }) {
  const fen = fenOf(amount);
  if (!(fen > 0) || !number) {
    return no(400, 'amount and out_request_no are needed');
  }
  if (order.refunds.has(number)) {
    return order.refunds.get(number) === fen ? [200, shown(order)] : no(409, 'the number has another amount');
  }
  if (order.state !== 'paid' || order.refunded + fen > order.paid) {
    return no(409, 'more than is left');
  }
  return await giveBack(order, fen, number) ? [200, shown(order)] : no(409, 'the platform refused');
}

async function payByCode(order, { auth_code: authCode }) {
  if (order.state !== 'waiting') {
    return [200, shown(order)];
  }
  const answer = await sdk.exec('alipay.trade.pay', {
    notifyUrl: `${base}/notify`,
    bizContent: { outTradeNo: order.no, totalAmount: yuanOf(order.total), subject: order.subject, scene: 'bar_code',
      authCode },
  }).catch(() => ({ code: '20000' })); // no answer says as little as an unknown one
  if (answer.code === '10000') {
    await paid(order, order.total);
  } else if (answer.code === '20000') {
    await ask(order); // unknown: never "failed"
  } else if (answer.code !== '10003') { // 10003: the buyer types the password; the notification will tell
    return no(409, answer.subMsg ?? answer.msg);
  }
  return [200, shown(order)];
}

async function query(order) {
  await ask(order);
  return [200, shown(order)];
}

const CALLS = { close, refund, 'pay-by-code': payByCode, query };

async function certify(method, path, body) {
  const [number, name] = path.split('/').slice(3); // /certify/orders/NUMBER/NAME
  if (!number) {
    return method === 'POST' ? makeOrder(body) : no(405, 'POST an order');
  }
  const order = orders.get(number);
  if (!order || (name && !Object.hasOwn(CALLS, name))) {
    return no(404, 'there is nothing here');
  }
  return name ? CALLS[name](order, body) : [200, shown(order)];
}

// ---- the web server ----------------------------------------------------------------------------------------------

async function serve(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
  }
  const { pathname, searchParams } = new URL(request.url, base);
  if (pathname === '/notify' && request.method === 'POST') {
    return [200, await notified(Object.fromEntries(new URLSearchParams(text))), 'text/plain'];
  }
  if (pathname === '/return') {
    // Anybody can write anything into this address: it only says which order to ask for.
    const order = orders.get(searchParams.get('order'));
    if (order) {
      await ask(order);
    }
    return [200, `<!doctype html><meta charset="utf-8"><h1>${order?.state ?? '?'}</h1>`, 'text/html; charset=utf-8'];
  }
  if (pathname.startsWith('/certify/orders')) {
    const [status, body] = await certify(request.method, pathname, text ? JSON.parse(text) : {});
    return [status, JSON.stringify(body), 'application/json'];
  }
  return [404, 'not found', 'text/plain'];
}

const server = createServer(async (request, response) => {
  const [status, body, type] = await serve(request).catch(error => {
    console.error(error.message);
    return [500, 'the shop failed', 'text/plain'];
  });
  response.writeHead(status, { 'content-type': type }).end(body);
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  base = `http://127.0.0.1:${server.address().port}`;
  console.log(base); // for whoever started it with PORT=0
});
