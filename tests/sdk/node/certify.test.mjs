// `tongbao certify` against the sample shop of examples/certify-shop: what it finds, and what it does not.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { certify, startShop, startWorld } from './certify-world.mjs';

/** A world, a shop, a run; both are stopped whatever happens. `args` may look at the world. */
async function played(shop, args = () => []) {
  const world = await startWorld();
  try {
    const started = await startShop(world, shop);
    try {
      return await certify(world, started.url, args(world));
    } finally {
      await started.stop();
    }
  } finally {
    await world.stop();
  }
}

const all = Object.entries;
const count = (verdicts, wanted) => Object.values(verdicts).filter(verdict => verdict === wanted).length;

describe('the sample shop', { concurrency: 2 }, () => {
  test('repaired: no finding, all passed, exit code 0', async () => {
    const run = await played({});
    assert.equal(run.code, 0, run.out);
    assert.deepEqual(run.findings, []);
    assert.equal(count(run.verdicts, 'passed'), 46, run.out);
    assert.match(run.out, /100 of 100 points, over the 46 of 46 scenarios/);
    // Evidence holds what was sent; no whole signature.
    assert.match(run.junit, /trade_status=TRADE_SUCCESS/);
    assert.doesNotMatch(run.junit + run.page, /sign=[^&\s<]{30}/);
  });

  const BUGS = ['ships-before-verify', 'no-amount-check', 'no-idempotency'];
  for (const bug of BUGS) {
    test(`${bug} alone gives exactly its own finding`, async () => {
      const run = await played({ bugs: bug });
      assert.equal(run.code, 1, run.out);
      assert.deepEqual(run.findings, [bug], run.out);
      assert.equal(count(run.verdicts, 'inconclusive') + count(run.verdicts, 'skipped'), 0, run.out);
    });
  }

  test('the three bugs give exactly the three findings', async () => {
    const run = await played({ bugs: BUGS.join(',') });
    assert.equal(run.code, 1, run.out);
    assert.deepEqual(run.findings, BUGS, run.out);
    assert.equal(count(run.verdicts, 'inconclusive') + count(run.verdicts, 'skipped'), 0, run.out);
  });

  test('what the shop lacks is skipped and said, and costs no points', async () => {
    const change = [['const CALLS = { close, refund, \'pay-by-code\': payByCode, query };', 'const CALLS = {};']];
    const run = await played({ change }, () => ['--keep-clock']);
    assert.equal(run.code, 0, run.out);
    const skipped = all(run.verdicts).filter(([, verdict]) => verdict === 'skipped').map(([name]) => name).sort();
    assert.deepEqual(skipped, ['answer-lost-after-payment', 'closed-then-paid', 'code-answer-meets-letter',
      'code-retried-after-unknown', 'code-waits-for-password', 'error-after-payment', 'error-before-payment',
      'expired-unpaid', 'letter-after-query', 'letter-before-answer', 'letter-late-after-close',
      'letters-out-of-order', 'lost-letter-then-retry', 'paid-then-closed', 'payment-letter-after-refund', 'query-after-no-letter',
      'refund-after-partial-refund', 'refund-in-full', 'refund-more-than-left', 'refund-number-again']);
    assert.match(run.out, /100 of 100 points, over the 26 of 46 scenarios/);
  });

  test('an older shop is spoken to by its own names', async () => {
    const change = [
      ['\'/certify/orders\'', '\'/api/v1/orders\''], ['.slice(3)', '.slice(4)'],
      ['out_trade_no: order.no,\n  state: order.state', 'orderId: order.no,\n  status: order.state'],
      ['{ out_trade_no: order.no', '{ orderId: order.no'], ['total_amount: amount, till', 'price: amount, till'],
    ];
    const run = await played({ change }, world => {
      const file = path.join(world.folder, 'shop.toml');
      writeFileSync(file, `[calls]
order = "POST /api/v1/orders"
state = "GET /api/v1/orders/{out_trade_no}"
close = ""
refund = ""
pay_by_code = ""
query = ""
[request]
total_amount = "price"
[answer]
out_trade_no = "orderId"
state = "status"
`);
      return ['--shop', file, '--only', 'pays-once', '--only', 'refund-in-full'];
    });
    assert.equal(run.code, 0, run.out);
    assert.deepEqual(run.verdicts, { 'pays-once': 'passed', 'refund-in-full': 'skipped' });
  });
});

// Every cause, by a shop in which one line is wrong: it is found by its scenario and called by its name.
const IN_NOTIFIED = 'if (PAID.includes(told.trade_status)) {';
const MUTANTS = [
  ['no-signature-check', ['forged-unsigned', 'forged-other-key', 'forged-after-signing', 'forged-second-value',
    'forged-closing'],
    [['if (!sdk.checkNotifySignV2(told)) {', 'if (false) {'], ['  if (order.state === \'waiting\') {\n    order.state = \'closed\'',
      '  if (true) {\n    order.state = \'closed\'']]],
  ['no-app-check', ['other-app'], [['told.app_id !== app.app_id', 'false']]],
  ['no-seller-check', ['other-seller'], [['told.seller_id !== app.seller_id', 'false']]],
  ['no-amount-check', ['amount-of-same-digits'], [['fenOf(told.total_amount) !== order.total &&',
    'fenOf(told.total_amount) * 10 !== order.total && fenOf(told.total_amount) !== order.total &&']]],
  ['status-not-checked', ['waits-for-its-buyer', 'unknown-status'], [[IN_NOTIFIED, 'if (true) {']]],
  ['unknown-order-taken', ['unknown-order'], [['const order = orders.get(told.out_trade_no);',
    `const number = told.out_trade_no;
     const order = orders.get(number) ?? { no: number, total: fenOf(told.total_amount), state: 'waiting', paid: 0,
       shipped: 0, refunded: 0, refunds: new Map() };
     orders.set(number, order);`]]],
  ['trusts-return-page', ['forged-return'], [['    if (order) {\n      await ask(order);', '    if (order) {\n      await paid(order, order.total);']]],
  ['idempotency-race', ['same-letter-at-once'], [
    ['  order.state = \'paid\';', '  await new Promise(done => setTimeout(done, 200));\n  order.state = \'paid\';'],
    ['order.shipped > 0 &&', 'false &&']]],
  ['idempotency-by-notify-id', ['same-payment-other-notify-id'], [
    [IN_NOTIFIED, 'if (order.seen?.has(told.notify_id)) return \'success\';\n  (order.seen ??= new Set()).add(told.notify_id);\n  '
      + IN_NOTIFIED],
    ['!bugs.has(\'no-idempotency\')', 'false']]],
  ['older-letter-wins', ['payment-letter-after-refund'], [['if (order.state !== \'waiting\' &&', 'if (order.state === \'paid\' &&']]],
  ['genuine-letter-refused', ['pays-once', 'letter-with-new-members', 'lost-letter-then-retry'],
    [['return \'success\';', 'return \'ok\';']]],
  ['wrong-amount', ['amount-a-float-cannot-hold'], [['Number(parts[1]) * 100 + Number((parts[2] ?? \'\').padEnd(2, \'0\'))',
    'Math.trunc(Number(text) * 100)']]],
  ['closed-but-paid', ['closed-then-paid', 'letter-late-after-close'], [
    ['await giveBack(order, fen, `${order.no}LATE`);', ''],
    ['  const answer = await call(\'alipay.trade.close\', { outTradeNo: order.no });', '  const answer = { code: \'10000\' };']]],
  ['closes-paid-order', ['paid-then-closed'], [
    ['  if (order.state !== \'waiting\') {\n    return no(409, `the order is ${order.state}`);\n  }\n  const answer',
      '  order.state = \'closed\';\n  return [200, shown(order)];\n  const answer']]],
  ['closed-taken-for-paid', ['expired-unpaid'], [[IN_NOTIFIED, 'if (PAID.includes(told.trade_status) || !told.gmt_payment && told.gmt_close) {']]],
  ['refund-books-differ', ['refund-in-full', 'refund-after-partial-refund'], [
    ['    { outTradeNo: order.no, refundAmount: yuanOf(fen), outRequestNo: number });\n  if (answer.code !== \'10000\') {',
      '    { outTradeNo: \'nobody\', refundAmount: yuanOf(fen), outRequestNo: number });\n  if (!answer) {']]],
  ['refund-not-idempotent', ['refund-number-again'], [['if (order.refunds.has(number)) {', 'number += Math.random().toString(36).slice(2);\n  if (false) {']]],
  ['over-refund', ['refund-more-than-left'], [['return no(409, \'more than is left\')', 'return [200, shown(order)]']]],
  ['never-asks', ['query-after-no-letter'], [['async function query(order) {\n  await ask(order);', 'async function query(order) {']]],
  ['attempt-taken-for-paid', ['code-waits-for-password'], [
    ['if (answer.code === \'10000\') {\n    await paid', 'if (answer.code.startsWith(\'1\')) {\n    await paid']]],  ['attempt-taken-for-paid', ['error-before-payment'], [
    ['if (answer.code === \'10000\') {\n    await paid', 'if (answer.code.endsWith(\'0000\')) {\n    await paid']]],
  ['unknown-taken-for-failure', ['error-after-payment', 'answer-lost-after-payment'], [
    ['  } else if (answer.code === \'20000\') {\n    await ask(order); // unknown: never "failed"\n', '']]],
  ['never-asks', ['error-after-payment'], [['    await ask(order); // unknown: never "failed"\n', ''],
    ['async function query(order) {\n  await ask(order);', 'async function query(order) {']]],
  ['no-idempotency', ['letter-before-answer', 'letter-sent-twice'], [['!bugs.has(\'no-idempotency\')', 'false']]],
  ['older-letter-wins', ['letters-out-of-order'], [['if (order.state !== \'waiting\' &&', 'if (order.state === \'paid\' &&'],
    ['order.shipped > 0 &&', 'true &&']]],
];

describe('each mistake is found by its scenario, under its name', () => {
  let world;
  let hasty; // what does not happen is waited for less long
  before(async () => {
    world = await startWorld();
    hasty = path.join(world.folder, 'hasty.toml');
    writeFileSync(hasty, 'patience_s = 4\n');
  });
  after(async () => { await world?.stop(); });

  for (const [cause, scenarios, change] of MUTANTS) {
    test(`${cause} (${scenarios.join(', ')})`, async () => {
      const shop = await startShop(world, { change });
      try {
        const run = await certify(world, shop.url, ['--shop', hasty, ...scenarios.flatMap(name => ['--only', name])]);
        assert.deepEqual(run.verdicts, Object.fromEntries(scenarios.map(name => [name, cause])), run.out + shop.said());
        assert.deepEqual(run.findings, [cause]);
        assert.equal(run.code, 1);
      } finally {
        await shop.stop();
      }
    });
  }
});
