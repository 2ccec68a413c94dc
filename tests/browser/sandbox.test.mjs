// The page for developers in a real browser, over a real server: what they begin with, a wrong signature found by the
// text to sign, paying as a buyer, a fault, the clock and a reset; in both languages, on a phone and on a desk.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newNumber } from '../sdk/node/server.mjs';
import { accessible, shoot, STEP_LIMIT_MS } from './chromium.mjs';
import { person } from './passkey.mjs';
import { base, begin, button, end, gateway, link, open, sandbox, shows } from './wallet.mjs';

const SIZES = [[390, 844], [1440, 900]];
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };

before(begin);

after(end);

const at = screen => `${base}/app/sandbox/#${screen}`;

const titled = (page, title) => page.getByRole('heading', { level: 1, name: title }).waitFor();

async function look(page, name, locale) {
  await accessible(page, name);
  await shoot(page, `sandbox-${name}-${locale}`, SIZES);
}

const SAY = {
  'zh-CN': {
    start: '开始接入', play: '所有资金均为虚拟资金', draw: '生成新应用', drawGo: '生成', once: '私钥只显示这一次', saved: '已保存',
    close: '已保存，关闭', buyers: '买家', lookAt: '查看订单', pay: /^以 .+ 付款 ¥/, paid: /^已付款 ¥12\.80/, code: '显示付款码',
    topUp: '充值', toppedUp: /已充值/, requests: '请求', wrong: '错误', differs: /从第 \d+ 个字符起不同/, slashes: 'content-slashes',
    faults: '故障注入', set: '设置', end: '结束', none: '没有设置故障。', clock: '时间', hour: '+1小时',
    ahead: /比真实时间快/, inbox: '收件箱', redeliver: '重新投递', send: '投递', refused: /未成功|拒绝/, world: '沙箱环境', reset: '重置沙箱',
    begun: '沙箱已重新开始', noRequest: /还没有请求/, missing: /没有此请求/,
    desks: '商家与运营', makeStaff: '设为员工', nobody: /没有此人/, ownerFirst: /请先任命所有者/, isStaff: /已成为.+角色：所有者/,
    openDesk: '打开商家平台', openBuyer: '新建买家',
    open: '新建', other: '其他登录名…', topUpOther: '为其他登录名充值' },
  'en-US': {
    start: 'Get started', play: 'All money is play money', draw: 'Draw a new app', drawGo: 'Draw',
    once: 'shown this once',
    saved: 'I have saved it', close: 'Saved; close', buyers: 'Buyers', lookAt: 'Look at it', pay: /^Pay ¥/,
    paid: /^Paid ¥12\.80/,
    code: 'Show a pay code', topUp: 'Top up', toppedUp: /^Booked/, requests: 'Requests', wrong: 'Wrong',
    differs: /differ from character \d+/,
    slashes: 'content-slashes', faults: 'Faults on request', set: 'Set', end: 'End', none: 'No fault stands.',
    clock: 'Clock', hour: '+1 hour',
    ahead: /ahead of real time/, inbox: 'Inbox', redeliver: 'Redeliver', send: 'Send', refused: /Not delivered|refused/,
    world: 'World',
    reset: 'Reset the world', begun: 'The world has begun anew', noRequest: /No request yet/,
    missing: /There is no such request/, desks: 'Desks', makeStaff: 'Make staff', nobody: /There is no such person/,
    ownerFirst: /Make somebody the owner first/, isStaff: /now acts for .+: Owner/, openDesk: 'Open the merchant desk',
    openBuyer: 'Open a buyer', open: 'Open',
    other: 'Another login…', topUpOther: 'Top up another login' },
};

for (const [locale, view] of [['zh-CN', PHONE], ['en-US', DESK]]) {
  const say = SAY[locale];

  test(`a developer begins: addresses, keys, snippets, a new app (${locale})`, async t => {
    const page = await open(t, { locale, ...view });
    await page.goto(at('/'));
    await titled(page, say.start);
    await shows(page, say.play);
    await shows(page, `${base}/gateway.do`);
    for (const [language, words] of [['Python', 'DefaultAlipayClient'], ['Java', 'AlipayTradeQueryRequest'],
      ['Go', 'alipay.New']]) {
      await page.getByRole('tab', { name: language, exact: true }).click();
      await shows(page, words);
    }
    assert.ok(!(await page.locator('body').innerText()).includes('PRIVATE KEY'), 'no private key is shown');
    await look(page, 'start', locale);

    await button(page, say.draw).click();
    await look(page, 'draw', locale);
    await button(page, say.drawGo).click();
    await shows(page, say.once);
    await shows(page, 'BEGIN PRIVATE KEY');
    await look(page, 'drawn', locale);
    await button(page, say.saved).click();
    await button(page, say.close).click();
    await page.getByText('BEGIN PRIVATE KEY').first().waitFor({ state: 'detached' });
  });

  test(`an order is paid as a buyer, and a buyer is topped up (${locale})`, async t => {
    const page = await open(t, { locale, ...view });
    const number = newNumber('S');
    const made = await gateway.call('alipay.trade.precreate',
      { out_trade_no: number, subject: 'tea', total_amount: '12.80' });
    assert.equal(made.code, '10000');
    await page.goto(at('/buyers'));
    await titled(page, say.buyers);
    await button(page, say.code).click();
    await page.locator('.pay-code .digits').waitFor();
    assert.match((await page.locator('.pay-code .digits').innerText()).replaceAll(' ', ''),
      /^2[5-9]\d{16}$|^30\d{16}$/);
    await page.locator('textarea[name="handed"]').fill(made.qr_code);
    await button(page, say.lookAt).click();
    await shows(page, number);
    await look(page, 'pay', locale);
    await button(page, say.pay).click();
    await shows(page, say.paid);
    assert.equal((await gateway.call('alipay.trade.query', { out_trade_no: number })).trade_status, 'TRADE_SUCCESS');
    await page.getByRole('button', { name: say.topUp, exact: true }).first().click();
    await look(page, 'top-up', locale);
    await page.locator('dialog').getByRole('button', { name: say.topUp, exact: true }).click();
    await shows(page, say.toppedUp);
  });

  test(`a buyer that was opened stays for the tab, and any login pays (${locale})`, async t => {
    const page = await open(t, { locale, ...view });
    const login = `${newNumber('B').toLowerCase()}@example.com`;
    await page.goto(at('/buyers'));
    await button(page, say.openBuyer).click();
    const dialog = page.locator('dialog');
    await dialog.locator('input[name="login"]').fill(login);
    await dialog.getByRole('button', { name: say.open, exact: true }).click();
    const password = page.locator('table tr').filter({ hasText: login }).locator('td').nth(2);
    const drawn = (await password.innerText()).trim();
    assert.match(drawn, /^\d{6}$/);
    await page.reload();
    await password.waitFor();
    assert.equal((await password.innerText()).trim(), drawn);

    await button(page, say.topUpOther).click();
    await dialog.locator('input[name="login"]').fill(login);
    await dialog.locator('form button[type="submit"]').click();
    await shows(page, say.toppedUp);
    await page.locator('.pay-as select').selectOption({ label: say.other });
    await page.locator('input[name="payer"]').fill(login);
    await button(page, say.code).click();
    await page.locator('.pay-code .digits').waitFor();
    await look(page, 'other-login', locale);
  });

  test(`a wrong signature is found by the text to sign, and nothing secret is shown (${locale})`, async t => {
    const page = await open(t, { locale, ...view });
    const number = newNumber('W');
    const biz = { out_trade_no: number, auth_code: '281234567890123456', subject: 'a/b', total_amount: '1.00',
      scene: 'bar_code' };
    const { sign, ...params } = gateway.signed('alipay.trade.pay', biz);
    // Signed with slashes escaped, sent without.
    const escaped = gateway.signed('alipay.trade.pay', biz, { biz_content: params.biz_content.replaceAll('/', '\\/') });
    const body = new URLSearchParams({ ...params, timestamp: escaped.timestamp, sign: escaped.sign });
    assert.notEqual(sign, escaped.sign);
    const answer = await (await fetch(gateway.url, { method: 'POST', body })).json();
    assert.equal(answer.alipay_trade_pay_response.sub_code, 'isv.invalid-signature');

    await page.goto(at('/requests'));
    await titled(page, say.requests);
    await shows(page, 'isv.invalid-signature');
    await look(page, 'requests', locale);
    await link(page, /alipay\.trade\.pay/).first().click();
    await titled(page, 'alipay.trade.pay');
    await shows(page, say.slashes);
    const shown = await page.locator('body').innerText();
    assert.ok(shown.includes(number) && shown.includes('"auth_code":"***"') && !shown.includes(biz.auth_code), shown);
    const { sign: _, ...signed } = escaped;
    const mine = Object.keys(signed).sort().map(name => `${name}=${signed[name]}`).join('&');
    await page.locator('textarea[name="theirs"]').fill(mine);
    await shows(page, say.differs);
    await look(page, 'request', locale);
    await page.goto(at('/requests/999999'));
    await shows(page, say.missing);
  });

  test(`a fault is asked for, happens, and ends (${locale})`, async t => {
    const page = await open(t, { locale, ...view });
    await page.goto(at('/faults'));
    await titled(page, say.faults);
    await page.locator('select').first().selectOption('error-before');
    await page.locator('input[name="method"]').fill('alipay.trade.query');
    await page.locator('input[name="next"]').fill('2');
    await button(page, say.set).click();
    await page.getByRole('table').getByText('error-before').waitFor();
    assert.equal((await gateway.call('alipay.trade.query', { out_trade_no: 'nothing' })).code, '20000');
    await page.getByText('1 / 1').waitFor();
    await look(page, 'faults', locale);
    await button(page, say.end).click();
    await shows(page, say.none);
    assert.equal((await gateway.call('alipay.trade.query', { out_trade_no: 'nothing' })).code, '40004');
  });

  test(`somebody is made staff of a merchant (${locale})`, async t => {
    const page = await open(t, { locale, ...view });
    const { login } = await sandbox.send('/party', { kind: 'merchant',
      login: `${newNumber('M').toLowerCase()}@example.com` });
    const phone = await person(base, sandbox);
    await page.goto(at('/desks'));
    await titled(page, say.desks);
    for (const app of ['wallet', 'merchant', 'console']) {
      await page.locator(`.pages a[href$="/app/${app}/"]`).waitFor();
    }
    await page.locator('input[name="person"]').fill('nobody@example.com');
    await button(page, say.makeStaff).click();
    await shows(page, say.nobody);
    await page.locator('select[name="seller"]').selectOption('');
    await page.locator('input[name="seller_login"]').fill(login);
    await page.locator('input[name="person"]').fill(phone);
    await page.locator('select[name="role"]').selectOption('till');
    await button(page, say.makeStaff).click();
    await shows(page, say.ownerFirst);
    await page.locator('select[name="role"]').selectOption('owner');
    await button(page, say.makeStaff).click();
    await shows(page, say.isStaff);
    await look(page, 'desks', locale);
    const { staff } = await sandbox.send(`/merchants/${login}/staff`);
    assert.deepEqual(staff.map(one => [one.role, one.active]), [['owner', true]]);
    await link(page, say.openDesk).click();
    await page.waitForURL(/\/app\/merchant\//);
  });

  test(`a notification is sent once more, forged (${locale})`, async t => {
    const page = await open(t, { locale, ...view });
    const number = newNumber('N');
    const more = { notify_url: 'http://127.0.0.1:9/notify' };
    const made = await gateway.call('alipay.trade.precreate',
      { out_trade_no: number, subject: 'tea', total_amount: '1.00' }, more);
    const { login, pay_password } = (await sandbox.send('/demo')).buyers[0];
    const paid = await sandbox.send('/pay', { login, pay_password, qr_code: made.qr_code });
    assert.equal(paid.trade_status, 'TRADE_SUCCESS');
    await page.goto(at('/inbox'));
    await titled(page, say.inbox);
    await shows(page, number);
    await look(page, 'inbox', locale);
    await button(page, say.redeliver).first().click();
    await page.locator('dialog input[value="other_key"]').check();
    await page.locator('dialog').getByRole('button', { name: say.send, exact: true }).click();
    await page.locator('dialog .note').waitFor({ timeout: 2 * STEP_LIMIT_MS });
    assert.match(await page.locator('dialog .note').innerText(), say.refused);
    await look(page, 'redeliver', locale);
  });
}

test('the clock is moved, and the world begins anew', async t => {
  const say = SAY['en-US'];
  // What asks while the world begins anew is told so.
  const page = await open(t, { locale: 'en-US', forgives: /favicon|status of 503/, ...DESK });
  await page.goto(at('/clock'));
  await titled(page, say.clock);
  await button(page, say.hour).click();
  await shows(page, say.ahead);
  await look(page, 'clock', 'en-US');
  await page.goto(at('/world'));
  await titled(page, say.world);
  await look(page, 'world', 'en-US');
  await button(page, say.reset).click();
  await page.locator('dialog').getByRole('button', { name: say.reset, exact: true }).click();
  await page.getByText(say.begun).first().waitFor({ timeout: 4 * STEP_LIMIT_MS });
  await page.goto(at('/requests'));
  await shows(page, say.noRequest);
});
