// The wallet in a real browser, over a real server: from signing up to signing out, in both languages, on a phone and
// on a desk. Pictures at 390 and 1440 px go to target/screenshots/.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { newNumber } from '../sdk/node/server.mjs';
import { accessible, shoot, STEP_LIMIT_MS } from './chromium.mjs';
import { LOST, losing } from './lost.mjs';
import { becomeKnown, NEWCOMER, signUp, topUp } from './newcomer.mjs';
import { authenticator, idNumber, LOGIN_PASSWORD, PAY_PASSWORD, person } from './passkey.mjs';
import {
  CARD, at, balance, base, begin, button, end, enter, fill, gateway, link, moneyOf, open, outcome, paste,
  precreate, sandbox, sheet, shows, signIn, statusOf, text, titled, warned, withCards,
} from './wallet.mjs';

const SIZES = [[390, 844], [1440, 900]];
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };
const SLOW = '6222020000010006';
const REFUSES = '6222020000060001';
const EVIL = '<img src=x onerror=alert(1)>';
/** The gateway takes no `=` and no `/` in a subject, so this is the worst that gets through. */
const EVIL_SUBJECT = '<img src onerror><script>alert(1)';

before(begin);

after(end);

const SAY = {
  'zh-CN': {
    ...NEWCOMER['zh-CN'],
    signIn: '登录', out: '退出登录', passkey: '用通行密钥登录', usePasskey: '使用通行密钥', add: '添加通行密钥', added: '通行密钥已添加。',
    toppedUp: /^充值\n工商银行/, read: '识别', payCode: '付款码',
    pay: /^确认付款/, paid: '付款成功', bill: '查看账单', timeline: '进度', story: /创建[^]*付款成功 ¥12\.80/,
    check: '核对收款人', stranger: /180 天没有/, sent: '转账成功', came: /^收到 ¥20\.50$/,
    wrong: /支付密码不正确，还可尝试 (\d) 次/, other: 'English' },
  'en-US': {
    ...NEWCOMER['en-US'],
    signIn: 'Sign in', out: 'Sign out', toppedUp: /^Top-up\nICBC/, read: 'Read it', payCode: 'Pay code', pay: /^Pay ¥/,
    paid: 'Paid',
    bill: 'See the bill', timeline: 'What happened', story: /Made[^]*Paid ¥12\.80/, check: 'Check the payee',
    stranger: /last 180 days/, sent: 'Sent', came: /^¥20\.50 came in$/,
    wrong: /password is wrong. Tries left: (\d)/, other: '简体中文' },
};

for (const [locale, view] of [['zh-CN', PHONE], ['en-US', DESK]]) {
  const say = SAY[locale];
  test(`a newcomer signs up, is known, binds a card, tops up, pays and signs out (${locale})`, async t => {
    const page = await open(t, { locale, ...view });
    await page.goto(at('/'));
    await titled(page, say.signIn);
    await shoot(page, `wallet-sign-in-${locale}`, SIZES);
    await signUp(page, say, `139${String(randomInt(1e8)).padStart(8, '0')}`);
    await balance(page, '0.00');
    await shoot(page, `wallet-new-${locale}`, SIZES);
    await becomeKnown(page, say);
    await shoot(page, `wallet-cards-${locale}`, SIZES);
    await topUp(page, say, '88.50');
    await shoot(page, `wallet-top-up-${locale}`, SIZES);
    await page.goto(at('/'));
    await balance(page, '88.50');

    const order = await precreate('12.80');
    await paste(page, order.qr, say);
    await shows(page, '桂花乌龙');
    await shoot(page, `wallet-order-${locale}`, SIZES);
    await button(page, say.pay).click();
    await sheet(page).waitFor();
    await shoot(page, `wallet-pay-sheet-${locale}`, SIZES);
    for (const digit of PAY_PASSWORD) {
      await sheet(page).getByRole('button', { name: digit, exact: true }).click();
    }
    await outcome(page, say.paid);
    assert.equal(await statusOf(order.no), 'TRADE_SUCCESS');
    await link(page, say.bill).click();
    await page.getByRole('heading', { name: say.timeline }).waitFor();
    assert.match(await page.locator('.timeline').innerText(), say.story);
    await shoot(page, `wallet-bill-${locale}`, SIZES);
    await page.goto(at('/bills'));
    await page.locator('.row.bill').nth(1).waitFor();
    assert.deepEqual(await page.locator('.row.bill .sum').allInnerTexts(), ['−¥12.80', '¥88.50']);
    assert.match(await page.locator('.row.bill').nth(1).innerText(), say.toppedUp);
    await shoot(page, `wallet-bills-${locale}`, SIZES);
    await page.goto(at('/'));
    await balance(page, '75.70');
    await shoot(page, `wallet-home-${locale}`, SIZES);

    await page.waitForFunction(() => localStorage.getItem('tongbao-wallet-1')?.includes('75.70'));
    await page.goto(at('/me'));
    await button(page, say.out).click();
    await sheet(page).getByRole('button', { name: say.out }).click();
    await titled(page, say.signIn);
    const kept = await page.evaluate(() => JSON.stringify(localStorage));
    assert.doesNotMatch(kept, /75\.70|88\.50|桂花|tongbao-wallet/, 'nothing of it is left on the device');
    await page.goto(at('/bills'));
    await page.waitForURL(/#\/sign-in/);
    assert.equal(await page.locator('.row.bill').count(), 0);
    if (locale === 'en-US') {
      await titled(page, say.signIn);
      await button(page, say.other).click();
      await titled(page, SAY['zh-CN'].signIn);
    }
  });

  test(`a transfer goes out after a look at the payee, who sees it come (${locale})`, async t => {
    const [from, to] = [await person(base, sandbox), await person(base, sandbox)];
    const [page, other] = [await open(t, { locale, ...view }), await open(t, { locale })];
    await signIn(other, to);
    await balance(other, '100.00');
    await signIn(page, from);
    await page.goto(at('/transfer'));
    await fill(page, 'to', '13900000000000');
    await fill(page, 'amount', '20.50');
    await button(page, say.next).click();
    await page.getByRole('alert').filter({ hasText: /./ }).waitFor();
    await fill(page, 'to', to);
    await fill(page, 'remark', EVIL);
    await button(page, say.next).click();
    await shows(page, say.check);
    await shows(page, say.stranger);
    assert.match(await page.locator('.payee').innerText(), /\*.*明$/, 'the payee is named, masked');
    await shoot(page, `wallet-payee-${locale}`, SIZES);
    assert.equal(await moneyOf(page), '100.00', 'nothing went before it was confirmed');
    await button(page, say.go).click();
    await enter(page);
    await other.locator('.notice').filter({ hasText: say.came }).waitFor();
    await outcome(page, say.sent);
    await shows(page, EVIL);
    await page.goto(at('/'));
    await balance(page, '79.50');
    await balance(other, '120.50');
    await other.locator('.row.bill').first().click();
    await shows(other, EVIL);
    await other.locator('.timeline').waitFor();
  });

  test(`a merchant charges by the pay code (${locale})`, async t => {
    const page = await open(t, { locale, ...view });
    await signIn(page, await person(base, sandbox));
    await link(page, say.payCode).click();
    await enter(page);
    await page.locator('img.barcode').waitFor();
    await shoot(page, `wallet-pay-code-${locale}`, SIZES);
    const code = (await page.locator('.digits').innerText()).replaceAll(' ', '');
    assert.match(code, /^2[5-9]\d{14,22}$|^30\d{14,22}$/);
    for (const picture of await page.locator('.codes img').all()) {
      assert.ok(await picture.evaluate(image => image.complete && image.naturalWidth > 0), 'the codes are drawn');
    }
    const no = newNumber();
    const charged = await gateway.call('alipay.trade.pay', { out_trade_no: no, total_amount: '9.90', subject: '豆浆',
      scene: 'bar_code', auth_code: code });
    assert.equal(charged.code, '10000', JSON.stringify(charged));
    await page.goto(at('/'));
    await balance(page, '90.10');
    await shows(page, '豆浆');
  });

  test(`a wrong payment password moves nothing and tells the tries that are left (${locale})`, async t => {
    const page = await open(t, { locale, ...view });
    await signIn(page, await person(base, sandbox));
    const order = await precreate('30.00');
    await paste(page, order.qr, say);
    await button(page, say.pay).click();
    const left = [];
    for (const wrong of ['135790', '246801']) {
      await enter(page, wrong);
      const words = sheet(page).getByRole('alert').filter({ hasText: say.wrong });
      for (const limit = Date.now() + STEP_LIMIT_MS; ; await sleep(50)) {
        const told = await words.count() > 0 ? say.wrong.exec(await words.innerText())?.[1] : undefined;
        if (told !== undefined && told !== left.at(-1)) {
          left.push(told);
          break;
        }
        assert.ok(Date.now() < limit, `${await text(page)}`);
      }
    }
    assert.equal(Number(left[0]) - Number(left[1]), 1, `tries left: ${left}`);
    await shoot(page, `wallet-wrong-${locale}`, SIZES);
    await accessible(page, 'the pay sheet');
    assert.equal(await moneyOf(page), '100.00');
    assert.notEqual(await statusOf(order.no), 'TRADE_SUCCESS');
    await enter(page);
    await outcome(page, say.paid);
    assert.equal(await moneyOf(page), '70.00');
  });

  test(`words of others stay words (${locale})`, async t => {
    const page = await open(t, { locale, ...view });
    await signIn(page, await person(base, sandbox));
    const refused = await gateway.call('alipay.trade.precreate', { out_trade_no: newNumber(), total_amount: '1.00',
      subject: EVIL });
    assert.equal(refused.sub_code, 'ACQ.INVALID_PARAMETER', JSON.stringify(refused));
    const order = await precreate('1.00', EVIL_SUBJECT);
    await paste(page, order.qr, say);
    await shows(page, EVIL_SUBJECT);
    await button(page, say.pay).click();
    await enter(page);
    await outcome(page, say.paid);
    for (const screen of ['/', '/bills', `/bills?q=${encodeURIComponent(EVIL_SUBJECT)}`]) {
      await page.goto(at(screen));
      await page.locator('.row.bill').first().waitFor();
      await shows(page, EVIL_SUBJECT);
    }
    await page.locator('.row.bill').first().click();
    await page.locator('.timeline').waitFor();
    await shows(page, EVIL_SUBJECT);
    for (const screen of ['/pay?qr_code=javascript:alert(1)', '/pay?order_url=javascript:alert(1)',
      '/collect?c=%3Cimg%20src=x%20onerror=alert(1)%3E', '/bills/%3Cimg%20src=x%3E']) {
      await page.goto(at(screen));
      await page.getByRole('alert').filter({ hasText: /./ }).first().waitFor();
    }
    await page.goto(at('/sign-in?back=javascript:alert(1)'));
    await fill(page, 'login', EVIL);
    assert.equal(await page.locator('img[src="x"], img[src=""], [onerror]').count(), 0);
  });

  test(`sign-in, home, bills and security can be used by everybody (${locale})`, async t => {
    const page = await open(t, { locale, ...view });
    const phone = await person(base, sandbox);
    await page.goto(at('/'));
    await titled(page, say.signIn);
    await accessible(page, 'sign-in');
    const { qr } = await precreate('12.80');
    await sandbox.send('/pay', { login: phone, pay_password: PAY_PASSWORD, qr_code: qr });
    await signIn(page, phone);
    await page.locator('.row.bill').first().waitFor();
    await accessible(page, 'home');
    await page.goto(at('/bills'));
    await page.locator('.row.bill').first().waitFor();
    await accessible(page, 'bills');
    for (const [screen, name, seen] of [['/security', 'security', '.state.done'], ['/cards', 'no-cards', '.empty'],
      ['/me', 'me', '.panel.list .row-end'], ['/collect', 'collect', 'img.qrcode'],
      ['/scan', 'scan', 'input[name="code_text"]'], ['/bills/months', 'months', 'table'],
      ['/export', 'export', 'input[name="first"]'],
      ['/transfer', 'transfer', 'input[name="to"]'], ['/agreements', 'agreements', '.empty']]) {
      await page.goto(at(screen));
      await page.locator(`main ${seen}`).first().waitFor();
      await page.locator('.adm-skeleton').first().waitFor({ state: 'detached' });
      await shoot(page, `wallet-${name}-${locale}`, SIZES);
      await accessible(page, name);
    }
    assert.equal(await page.evaluate(() => document.documentElement.lang), locale === 'zh-CN' ? 'zh-CN' : 'en');
  });
}

test('a code signs in, and with it the identity number of somebody who is known', async t => {
  const say = SAY['zh-CN'];
  const phone = `139${String(randomInt(1e8)).padStart(8, '0')}`;
  const idNo = idNumber();
  const page = await open(t);
  await page.clock.install();
  /** An address gets one code a minute, for the server and for the page. */
  const aMinute = async () => {
    await sandbox.send('/clock/advance', { by: '61s' });
    // Second by second: each is counted down once the one before is shown.
    for (let second = 0; second < 120 && await button(page, /秒后可重发/).count() > 0; second += 1) {
      await page.clock.runFor(1_000);
    }
  };
  const byCode = async () => {
    await page.goto(at('/me'));
    await button(page, say.out).click();
    await sheet(page).getByRole('button', { name: say.out }).click();
    await titled(page, say.signIn);
    await aMinute();
    await page.getByText('验证码登录').click();
    assert.equal(await page.locator('input[name="password"]').count(), 0);
    await fill(page, 'login', phone);
    await button(page, say.send).click();
    await button(page, say.use).click();
  };
  await signUp(page, say, phone);
  await byCode();
  const right = await page.locator('input[name="code"]').inputValue();
  await fill(page, 'code', right.replace(/.$/, last => (last === '7' ? '8' : '7')));
  await button(page, say.signIn).click();
  await page.getByRole('alert').filter({ hasText: /验证码错误/ }).waitFor();
  await fill(page, 'code', right);
  await button(page, say.signIn).click();
  await balance(page, '0.00');

  const data = { name: '王小明', id_number: idNo };
  const known = await page.request.post(`${base}/api/v1/identity`, { data, headers: { origin: base } });
  assert.ok(known.ok(), await known.text());
  await byCode();
  await button(page, say.signIn).click();
  await shows(page, '此账户已实名。请获取新的验证码，并填写身份证号。');
  assert.match(page.url(), /#\/sign-in/);
  await aMinute();
  await button(page, say.send).click();
  await button(page, say.use).click();
  await fill(page, 'id_number', idNo);
  await button(page, say.signIn).click();
  await page.locator('.purse').waitFor();
});

test('a passkey signs in and pays, at the name that passkeys belong to', async t => {
  const say = SAY['zh-CN'];
  const { passkey_origin: house } = await (await fetch(`${base}/api/v1/site`)).json();
  const page = await open(t);
  const device = await authenticator(page);
  await signIn(page, await person(base, sandbox), house);
  await page.goto(at('/security', house));
  await button(page, say.add).click();
  await fill(page, 'login_password', LOGIN_PASSWORD);
  await fill(page, 'pay_password', PAY_PASSWORD);
  await sheet(page).getByRole('button', { name: say.add }).click();
  await shows(page, say.added);
  assert.equal(await device.count(), 1);
  await shoot(page, 'wallet-passkey', SIZES);

  await page.goto(at('/me', house));
  await button(page, say.out).click();
  await sheet(page).getByRole('button', { name: say.out }).click();
  await titled(page, say.signIn);
  await button(page, say.passkey).click();
  await page.locator('.purse').waitFor();

  const order = await precreate('15.00');
  await page.goto(at(`/pay?qr_code=${encodeURIComponent(order.qr)}`, house));
  await button(page, say.pay).click();
  await device.refuse(true);
  await button(page, say.usePasskey).click();
  await sheet(page).getByRole('alert').filter({ hasText: '没有使用通行密钥' }).waitFor();
  await device.refuse(false);
  await button(page, say.usePasskey).click();
  await outcome(page, say.paid);
  assert.equal(await statusOf(order.no), 'TRADE_SUCCESS');
});

test('a bank that refuses, one that is slow and is revoked, and the balance in the end', async t => {
  const page = await open(t);
  await signIn(page, await withCards([REFUSES, SLOW]));
  const order = await precreate('30.00');
  await paste(page, order.qr, SAY['zh-CN']);
  const payFrom = async pocket => {
    await page.locator('label.pocket').filter({ hasText: pocket }).locator('input').check();
    await button(page, /^确认付款/).click();
    await enter(page);
  };
  await payFrom('0001');
  await outcome(page, '银行没有付款');
  await shows(page, '卡内余额不足。');
  assert.doesNotMatch(await text(page), /没有扣款/, 'nobody says that of an order that a card was asked for');
  await button(page, '重新付款').click();
  await warned(page, '银行拒绝了上一次银行卡付款。');
  await payFrom('0006');
  await outcome(page, '银行处理中');
  await shoot(page, 'wallet-with-the-bank', SIZES);
  assert.equal(await statusOf(order.no), 'WAIT_BUYER_PAY');
  await button(page, /^撤销/).click();
  await warned(page, /款项会原路退回|银行没有为它扣款/);
  await payFrom('账户余额');
  await outcome(page, '付款成功');
  assert.equal(await statusOf(order.no), 'TRADE_SUCCESS');
  assert.equal(await moneyOf(page), '70.00', 'once, and from the balance');
  await link(page, '查看账单').click();
  await page.locator('.timeline').waitFor();
  await shoot(page, 'wallet-bill-three-tries', SIZES);
});

test('money goes out to a card with its fee shown, and the card is given up', async t => {
  const page = await open(t);
  await signIn(page, await withCards([CARD]));
  await page.goto(at('/withdraw'));
  await fill(page, 'amount', '40.00');
  await button(page, '下一步').click();
  await shows(page, '从余额扣除');
  await shoot(page, 'wallet-withdraw', SIZES);
  assert.equal(await moneyOf(page), '100.00');
  await button(page, /^确认提现/).click();
  await enter(page);
  await outcome(page, '已完成');
  await page.goto(at('/'));
  await balance(page, '60.00');
  await page.locator('.row.bill').filter({ hasText: '提现' }).click();
  await page.locator('.timeline').waitFor();
  await shoot(page, 'wallet-bill-withdrawal', SIZES);
  await page.goto(at('/cards'));
  await button(page, /^解除绑定/).click();
  await enter(page);
  await shows(page, '还没有绑定银行卡。');
});

test('somebody pays by a code to collect, and calls a late transfer back', async t => {
  const say = SAY['en-US'];
  const [from, to] = [await person(base, sandbox), await person(base, sandbox)];
  const [page, other] = [await open(t, { locale: 'en-US' }), await open(t, { locale: 'en-US' })];
  await signIn(other, to);
  await link(other, 'Collect').click();
  await fill(other, 'amount', '12.30');
  await fill(other, 'remark', 'Tea');
  await button(other, 'Make the code').click();
  await shows(other, '¥12.30');
  await shoot(other, 'wallet-collect-amount', SIZES);
  await other.locator('.panel.codes .amount').waitFor();
  const code = await other.locator('.address').innerText();
  await signIn(page, from);
  await paste(page, code, say);
  await page.locator('input[name="amount"][readonly]').waitFor();
  assert.equal(await page.locator('input[name="amount"]').inputValue(), '12.30');
  await button(page, say.next).click();
  await button(page, say.go).click();
  await enter(page);
  await outcome(page, say.sent);
  assert.equal(await moneyOf(page), '87.70');
  await paste(page, code.replace(/.$/, last => (last === 'A' ? 'B' : 'A')), say);
  await page.getByRole('alert').filter({ hasText: 'no code of Tongbao' }).waitFor();

  await page.goto(at('/transfer'));
  await fill(page, 'to', to);
  await fill(page, 'amount', '5');
  await page.getByText('Two hours later').click();
  await button(page, say.next).click();
  await button(page, say.go).click();
  await enter(page);
  await outcome(page, 'Waiting to arrive');
  await page.goto(at('/'));
  await balance(page, '82.70');
  await page.locator('.row.bill').first().click();
  await page.locator('.timeline').waitFor();
  await shoot(page, 'wallet-bill-late', SIZES);
  await button(page, 'Revoke').click();
  await sheet(page).getByRole('button', { name: 'Revoke' }).click();
  await page.goto(at('/'));
  await balance(page, '87.70');
  await shoot(page, 'wallet-home-revoked', SIZES);
});

test('the code of a counter is paid once, notices tell of it, and limits show it', async t => {
  const say = SAY['zh-CN'];
  const owner = await person(base, sandbox);
  const seller = `counter${randomInt(1e9)}@example.com`;
  const { user_id: id } = await sandbox.send('/party', { kind: 'merchant', login: seller, name: '街角面馆' });
  await sandbox.send('/app', { seller_id: id });
  await sandbox.send(`/merchants/${seller}/staff`, { login: owner, role: 'owner' });
  const desk = await open(t);
  await signIn(desk, owner);
  const code = await (await desk.request.get(`${base}/api/v1/sellers/${id}/counter-code`)).json();
  const page = await open(t, { forgives: LOST });
  await signIn(page, await person(base, sandbox));

  await paste(page, code.text, say);
  await titled(page, '向商户付款');
  await shows(page, '街角面馆');
  const keys = page.getByRole('group', { name: '金额键盘' });
  for (const key of '12.30') {
    await keys.getByRole('button', { name: key, exact: true }).click();
  }
  await shoot(page, 'wallet-shop', SIZES);
  await accessible(page, 'the shop');
  const calls = await losing(page, /\/me\/shop-orders$/, 'after');
  await button(page, '确认付款 ¥12.30').click();
  await outcome(page, '还不知道订单是否已创建');
  await shoot(page, 'wallet-shop-unknown', SIZES);
  await button(page, '查询').click();
  await page.waitForURL(/#\/pay\?trade_no=\d+/);
  assert.equal(calls.keys.length, 2);
  assert.equal(calls.keys[0], calls.keys[1], 'it was looked up under the same key');
  assert.equal(await moneyOf(page), '100.00', 'no money goes without the password');
  await button(page, say.pay).click();
  await enter(page);
  await outcome(page, say.paid);
  assert.equal(await moneyOf(page), '87.70');

  await page.goto(at('/'));
  await link(page, '通知，有新内容').click();
  const told = page.locator('.row.bill').filter({ hasText: '付款成功' });
  await told.filter({ hasText: '街角面馆' }).filter({ hasText: '¥12.30' }).waitFor();
  await shoot(page, 'wallet-notices', SIZES);
  await accessible(page, 'notices');
  await told.first().click();
  await page.locator('.timeline').waitFor();
  await page.goto(at('/'));
  await link(page, '通知').waitFor();
  await page.goto(at('/me'));
  await link(page, '限额').click();
  const counted = page.locator('section.limits').filter({ hasText: '扫台卡付款' });
  await counted.filter({ hasText: '已用 ¥12.30 / ¥500.00' }).waitFor();
  await shoot(page, 'wallet-limits', SIZES);
  await accessible(page, 'limits');

  await paste(page, code.emv_text, say);
  await shows(page, '今天用余额扫台卡还可付 ¥487.70');
  await fill(page, 'amount', '500.01');
  await shows(page, '扫台卡每天最多付 ¥500.00。');
  assert.ok(await button(page, '确认付款 ¥500.01').isDisabled());
  await paste(page, code.text.replace(/.$/, last => (last === 'A' ? 'E' : 'A')), say);
  await page.getByRole('alert').filter({ hasText: '这不是通宝的付款码或收款码' }).waitFor();
});

test('payments are stopped and allowed again, a password is forgotten, other devices are signed out', async t => {
  const idNo = idNumber();
  const phone = await person(base, sandbox, idNo);
  const [page, other] = [await open(t), await open(t)];
  await signIn(page, phone);
  await signIn(other, phone);
  await page.goto(at('/security'));
  await button(page, '停用付款').click();
  await sheet(page).getByRole('button', { name: '停用付款' }).click();
  await button(page, '恢复付款').waitFor();
  await shoot(page, 'wallet-stopped', SIZES);
  const order = await precreate('3.00');
  await paste(page, order.qr, SAY['zh-CN']);
  await button(page, /^确认付款/).click();
  await enter(page);
  await sheet(page).getByRole('alert').filter({ hasText: '付款已停用' }).waitFor();
  assert.equal(await moneyOf(page), '100.00');
  await page.goto(at('/'));
  await link(page, /付款已停用/).click();
  await button(page, '恢复付款').click();
  await enter(page);
  await button(page, '停用付款').waitFor();

  // An address gets one code a minute.
  await sandbox.send('/clock/advance', { by: '61s' });
  await page.goto(at('/reset/pay'));
  await fill(page, 'login', phone);
  await button(page, '获取验证码').click();
  await button(page, /^填入/).click();
  await fill(page, 'pay_password', '590317');
  await fill(page, 'id_number', idNo);
  await button(page, '确认重设').click();
  await shows(page, '密码已重设。');
  await page.goto(at(`/pay?qr_code=${encodeURIComponent(order.qr)}`));
  await button(page, /^确认付款/).click();
  await enter(page, '590317');
  await outcome(page, '付款成功');

  await page.goto(at('/security'));
  await button(page, '退出其他所有设备').click();
  await sheet(page).getByRole('button', { name: '退出此设备' }).click();
  await shows(page, '设备已退出。');
  // The server looks at a device each fifteen seconds, and nobody touches this one.
  await other.waitForURL(/#\/sign-in/, { timeout: 3 * STEP_LIMIT_MS });
  await titled(other, '登录');
  assert.equal(await other.evaluate(() => localStorage.getItem('tongbao-wallet-1')), null);
});
