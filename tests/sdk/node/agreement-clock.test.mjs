// Agreements and time, against a server of its own whose clock `tongbao clock advance` moves.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { chinaDay, dayAfter } from './agreement-page.mjs';
import { binary, startWorld } from './certify-world.mjs';
import { newNumber, sdkFor, Sandbox, startMerchant } from './fixture.mjs';

const DAY_US = 86_400_000_000;
const run = promisify(execFile);

let world;
let ready;
let sandbox;
let merchant;
let buyer;
let sdk;

before(async () => {
  world = await startWorld();
  ready = JSON.parse(readFileSync(world.readyFile, 'utf8'));
  sandbox = new Sandbox(ready.sandbox);
  merchant = await startMerchant();
  buyer = await sandbox.buyer('1000.00');
  sdk = sdkFor(ready.apps.find(app => app.mode === 'key'), ready);
});

after(async () => {
  await merchant?.close();
  await world?.stop();
});

/** Moves the clock as a developer does, and gives what the program told. */
async function advance(span) {
  const { stdout } = await run(binary, ['clock', 'advance', span, '--ready', world.readyFile, '--json']);
  return JSON.parse(stdout);
}

const outcome = answer => [answer.code, answer.subCode].filter(Boolean).join(' ');
const exec = (method, bizContent, more = {}) => sdk.exec(method, { bizContent, ...more }, { validateSign: true });
const now = async () => (await sandbox.send('/clock')).now_us;
const debit = (agreementNo, totalAmount) => exec('alipay.trade.pay', { outTradeNo: newNumber(), totalAmount,
  subject: '会员月费', productCode: 'CYCLE_PAY_AUTH', agreementParams: { agreementNo } }, { notifyUrl: merchant.url });

async function signed(executeTime, more = {}) {
  const biz = { personalProductCode: 'CYCLE_PAY_AUTH_P', productCode: 'CYCLE_PAY_AUTH',
    signScene: 'INDUSTRY|DIGITAL_MEDIA', externalAgreementNo: newNumber(), accessParams: { channel: 'ALIPAYAPP' },
    periodRuleParams: { periodType: 'DAY', period: '30', executeTime, singleAmount: '30.00' }, ...more };
  const signUrl = sdk.pageExecute('alipay.user.agreement.page.sign', 'GET',
    { bizContent: biz, notifyUrl: merchant.url });
  const said = await sandbox.send('/agreement/sign',
    { login: buyer.login, pay_password: '739164', sign_url: signUrl });
  return said.agreement_no;
}

test('debits are possible from five days before their day on, each once', async () => {
  const first = dayAfter(chinaDay(await now()), 10);
  const no = await signed(first);
  assert.equal(outcome(await debit(no, '30.00')), '40004 ACQ.CYCLE_PAY_DATE_NOT_MATCH', 'ten days before');
  await advance('4d');
  assert.equal(outcome(await debit(no, '30.00')), '40004 ACQ.CYCLE_PAY_DATE_NOT_MATCH', 'six days before');
  await advance('1d');
  assert.equal(outcome(await debit(no, '30.00')), '10000', 'five days before');
  assert.equal(outcome(await debit(no, '30.00')), '40004 ACQ.CYCLE_PAY_DATE_NOT_MATCH', 'the next one is far');
  let found = await exec('alipay.user.agreement.query', { agreementNo: no });
  assert.equal(found.nextDeductTime, dayAfter(first, 30));
  await advance('40d');
  assert.equal(chinaDay(await now()), dayAfter(first, 35), 'five days after the second planned day');
  assert.equal(outcome(await debit(no, '30.00')), '10000');
  // The third is let pass: the fourth is the next.
  await advance('60d');
  found = await exec('alipay.user.agreement.query', { agreementNo: no });
  assert.equal(found.nextDeductTime, dayAfter(first, 90));
});

test('an agreement whose time is over ends by itself, and its notice comes', async () => {
  const begun = await now();
  const no = await signed(dayAfter(chinaDay(begun), 1), { signValidityPeriod: '20d' });
  const news = await merchant.find(one => one.agreement_no === no && one.notify_type === 'dut_user_sign', 'signing');
  assert.equal(outcome(await debit(no, '10.00')), '10000');
  const before = await advance('19d');
  assert.equal(before.counts.agreements_ended, 0, JSON.stringify(before));
  assert.equal((await exec('alipay.user.agreement.query', { agreementNo: no })).status, 'NORMAL');
  const passed = await advance('2d');
  assert.equal(passed.counts.agreements_ended, 1, JSON.stringify(passed));
  const told = passed.events.find(event => event.what === 'agreement_ended');
  assert.deepEqual([told.agreement_no, told.at], [no, news.invalid_time], 'to the second');
  assert.ok(passed.events.some(event => event.what === 'notification' && event.outcome === 'delivered'));
  const ended = await merchant.find(one => one.agreement_no === no && one.notify_type === 'dut_user_unsign', 'end');
  assert.equal(sdk.checkNotifySignV2(ended), true);
  assert.deepEqual([ended.status, ended.unsign_time, ended.invalid_time],
    ['UNSIGN', news.invalid_time, news.invalid_time]);
  assert.equal(merchant.all(one => one.agreement_no === no).length, 2, 'one notice each');
  assert.equal(outcome(await exec('alipay.user.agreement.query', { agreementNo: no })),
    '40004 USER_AGREEMENT_NOT_EXIST');
  assert.equal(outcome(await debit(no, '10.00')), '40004 ACQ.AGREEMENT_INVALID');
  assert.equal(outcome(await exec('alipay.user.agreement.unsign', { agreementNo: no })),
    '40004 AGREEMENT_NOT_EXIST');
  assert.ok(await now() - begun >= 21 * DAY_US);
});

test('an offer that nobody signs is forgotten after a day, and its number is free', async () => {
  const day = dayAfter(chinaDay(await now()), 5);
  const externalAgreementNo = newNumber();
  const offer = period => sdk.pageExecute('alipay.user.agreement.page.sign', 'GET', { bizContent: {
    personalProductCode: 'CYCLE_PAY_AUTH_P', signScene: 'INDUSTRY|DIGITAL_MEDIA', externalAgreementNo,
    accessParams: { channel: 'QRCODE' },
    periodRuleParams: { periodType: 'DAY', period, executeTime: day, singleAmount: '1.00' } } });
  const open = async url => {
    const page = await fetch(url, { redirect: 'manual' });
    return new URL(page.headers.get('location') ?? '', url).pathname;
  };
  const path = await open(offer('7'));
  assert.match(path, /^\/agreement\//);
  assert.equal(await open(offer('8')), '/gateway.do', 'another content under the number is refused');
  const passed = await advance('25h');
  assert.equal(passed.counts.agreement_offers_expired, 1, JSON.stringify(passed.counts));
  assert.equal((await fetch(new URL(path, ready.base_url))).status, 404);
  assert.match(await open(offer('8')), /^\/agreement\//);
});
