// Bills through the unmodified SDK, in a world of its own whose clock is moved: exec and curl, the link, the files.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { startWorld } from './certify-world.mjs';
import { newNumber, sdkFor, Sandbox } from './fixture.mjs';
import { unzip } from './unzip.mjs';

const BILL = 'alipay.data.dataservice.bill.downloadurl.query';
const PATH = '/v3/alipay/data/dataservice/bill/downloadurl/query';
const DAY = '2026-03-05';

let world;
let ready;
let sandbox;
let sdk;
let buyer;

before(async () => {
  world = await startWorld(`clock = "${DAY} 10:00:00"\n`);
  ready = JSON.parse(readFileSync(world.readyFile, 'utf8'));
  sandbox = new Sandbox(ready.sandbox);
  buyer = await sandbox.buyer('1000.00');
  sdk = sdkFor(ready.apps.find(app => app.mode === 'key'), ready);
});

after(async () => {
  await world?.stop();
});

const outcome = answer => [answer.code, answer.subCode].filter(Boolean).join(' ');
const exec = (method, bizContent) => sdk.exec(method, { bizContent }, { validateSign: true });
const ask = (billType, billDate) => exec(BILL, { bill_type: billType, bill_date: billDate });
const advance = by => sandbox.send('/clock/advance', { by });

async function sell(amount) {
  const outTradeNo = newNumber();
  const paid = await exec('alipay.trade.pay', { outTradeNo, totalAmount: amount, subject: '苹果',
    authCode: await sandbox.payCode(buyer.login) });
  assert.equal(paid.code, '10000', JSON.stringify(paid));
  return { outTradeNo, tradeNo: paid.tradeNo };
}

/** The cells of the lines of a bill that are no remarks, by the names of the columns. */
function rows(text) {
  const [names, ...lines] = text.split('\r\n').filter(line => line && !line.startsWith('#'))
    .map(line => line.split(',').map(cell => cell.trim()));
  return lines.map(cells => Object.fromEntries(names.map((name, at) => [name, cells[at]])));
}

async function files(url) {
  const response = await fetch(url);
  assert.equal(response.status, 200, `${response.status}`);
  assert.match(response.headers.get('content-disposition'), /^attachment; filename="\d{20}_\d{6,8}_\w+\.csv\.zip"$/);
  const found = unzip(Buffer.from(await response.arrayBuffer()));
  for (const file of found) {
    assert.equal(file.flags & 0x800, 0, 'names are not marked as UTF-8');
    file.text = new TextDecoder('gbk', { fatal: true }).decode(file.bytes);
  }
  return found;
}

test('what has no bill is refused by name', async () => {
  for (const [type, date, said] of [
    ['trade', DAY, '40004 isp.bill_not_exist'],
    ['trade', '2026-03-06', '40004 isp.bill_not_exist'],
    ['trade', '2026-03', '40004 isp.bill_not_exist'],
    ['trade', '2026-03-04', '40004 BILL_DATE_BEFORE_REGISTRATION'],
    ['trade', '2026-3-5', '40004 invalid_arguments'],
    ['trade', undefined, '40004 invalid_arguments'],
    ['sales', DAY, '40004 invalid_arguments'],
    ['zft_acc', DAY, '40004 TYPE_NOT_SUPPORTED'],
  ]) {
    assert.equal(outcome(await ask(type, date)), said, `${type} ${date}`);
  }
  await assert.rejects(sdk.curl('GET', PATH, { query: { bill_type: 'trade', bill_date: DAY } }),
    error => error.responseHttpStatus === 400 && error.code === 'bill_not_exist');
});

test('yesterday\'s bills are there after a day, the same over v2 and v3, for half a minute', async () => {
  const sold = await sell('100.00');
  const refund = await exec('alipay.trade.refund', { outTradeNo: sold.outTradeNo, refundAmount: '30.00',
    outRequestNo: 'R1' });
  assert.equal(refund.code, '10000');
  await advance('25h');
  const { billDownloadUrl } = await ask('trade', DAY);
  const [details, summary] = await files(billDownloadUrl);
  const account = `${ready.apps[0].seller_id}0156`;
  assert.deepEqual([details.name, summary.name],
    [`${account}_20260305_业务明细.csv`, `${account}_20260305_业务明细(汇总).csv`]);
  const [sale, back] = rows(details.text);
  assert.deepEqual([sale['支付宝交易号'], sale['商户订单号'], sale['业务类型'], sale['订单金额（元）'], sale['服务费（元）']],
    [sold.tradeNo, sold.outTradeNo, '交易', '100.00', '-0.60']);
  assert.deepEqual([back['业务类型'], back['商家实收（元）'], back['退款批次号/请求号'], back['服务费（元）']],
    ['退款', '-30.00', 'R1', '0.18']);
  assert.ok(details.text.startsWith(`#支付宝业务明细查询\r\n#账号：[${account}]\r\n`));
  const { data } = await sdk.curl('GET', PATH, { query: { bill_type: 'trade', bill_date: DAY } });
  const again = await files(data.bill_download_url);
  assert.deepEqual(again.map(file => file.text), [details.text, summary.text]);
  await advance('31s');
  assert.equal((await fetch(billDownloadUrl)).status, 403, 'its time is over');
  const fresh = (await ask('signcustomer', DAY)).billDownloadUrl;
  assert.equal((await fetch(fresh.replace('20260305&', '20260304&'))).status, 403, 'changed');
  const lines = rows((await files(fresh))[0].text);
  assert.deepEqual(lines.map(line => [line['业务类型'], line['收入金额（+元）'], line['支出金额（-元）']]),
    [['在线支付', '100.00', '0.00'], ['收费', '0.00', '-0.60'], ['退费', '0.18', '0.00'], ['交易退款', '0.00', '-30.00']]);
});

test('entries, sales and balances are told over both', async () => {
  const span = { start_time: `${DAY} 00:00:00`, end_time: '2026-03-06 00:00:00' };
  const entries = await exec('alipay.data.bill.accountlog.query', span);
  assert.deepEqual([entries.code, entries.totalSize, entries.pageNo, entries.detailList.length], ['10000', '4', '1', 4]);
  const { data } = await sdk.curl('GET', '/v3/alipay/data/bill/accountlog/query', { query: span });
  assert.deepEqual(data.detail_list.map(line => line.balance), entries.detailList.map(line => line.balance));
  const sales = await exec('alipay.data.bill.sell.query', span);
  assert.deepEqual([sales.totalSize, sales.detailList[0].tradeStatus, sales.detailList[0].refundAmount],
    ['1', '成功', '30.00']);
  const past = await exec('alipay.data.bill.balancehis.query', { biz_date: DAY });
  assert.equal(past.endingBalance, entries.detailList[3].balance);
  const now = await exec('alipay.data.bill.balance.query', {});
  assert.equal(now.totalAmount, past.endingBalance);
});

test('a world that begins anew knows no bill of the one before', async () => {
  const { billDownloadUrl } = await ask('trade', DAY);
  await sandbox.send('/world/reset', {});
  assert.equal((await fetch(billDownloadUrl)).status, 403);
  assert.equal(outcome(await ask('trade', DAY)), '40004 isp.bill_not_exist');
});
