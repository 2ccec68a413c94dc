// The operations console in a real browser, over a real server: what an operator looks at, what two people decide, and
// how the second operator takes the post. Pictures at 390 and 1440 px go to target/screenshots/.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newNumber } from '../sdk/node/server.mjs';
import { accessible, shoot } from './chromium.mjs';
import { signInAt } from './desk.mjs';
import { losing, LOST } from './lost.mjs';
import { person } from './passkey.mjs';
import { base, begin, button, end, fill, gateway, link, open, sandbox, shows, text, titled } from './wallet.mjs';

const SIZES = [[390, 844], [1440, 900]];
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };
/** Only payments of this test have this amount. */
const REFUSED = '666.01';
const RULE = { id: 'T1', condition: 'scene == "pay" && amount_minor == 66601', verdict: 'refuse',
  reason_zh: '这笔付款未通过检查', reason_en: 'This payment was not let through' };

before(begin);

after(end);

const SAY = {
  'zh-CN': { everybody: /还没有第二位操作员/, opened: '商户下单', paid: '订单已付款',
    postings: '付款转入', rules: '风险规则', write: '编写提议', propose: '提议', own: /您不能批准自己的提议/, approve: '批准',
    added: '新增', why: '为何被拒绝', told: '这笔付款未通过检查', trail: '操作留痕', out: '退出登录', signIn: '运营控制台',
    unknown: /没有收到答复|结果尚不明确/, failed: /失败|已拒绝/, wrong: /不是 JSON/, other: 'English',
    otherHome: 'Overview' },
  'en-US': { everybody: /no second operator yet/, opened: 'The seller opened the order',
    paid: 'The order was paid', postings: 'Payment in', rules: 'Risk rules', write: 'Write a proposal',
    propose: 'Propose', own: /This is your own proposal/, approve: 'Approve', added: 'Added', why: 'Why it was refused',
    told: 'This payment was not let through', trail: 'Trail', out: 'Sign out', signIn: 'Operations console',
    unknown: /No answer came|not known/, failed: /failed|refused/i, wrong: /It is no JSON/,
    other: '简体中文', otherHome: '概况' },
};

const at = screen => `${base}/app/console/#${screen}`;

/** Signs in, and tells who it is. */
async function operator(t, login, more) {
  const page = await open(t, more);
  await signInAt(page, 'console', login);
  const me = await (await page.request.get(`${base}/api/v1/ops/me`)).json();
  return { page, me };
}

/** An order that was paid by a code, or was to be. */
async function charged(amount) {
  const buyer = await sandbox.buyer();
  const no = newNumber();
  const told = await gateway.call('alipay.trade.pay', { out_trade_no: no, total_amount: amount, subject: '桂花乌龙 <b>',
    scene: 'bar_code', auth_code: await sandbox.payCode(buyer.login) });
  return { no, told, buyer };
}

/** Finds an order by the seller's number, and comes to its timeline. */
async function toOrder(page, no) {
  await page.goto(at('/search'));
  await fill(page, 'q', no);
  await page.locator('form.search button[type="submit"]').click();
  await page.locator('.row-link').first().click();
  await page.locator('.story .timeline').waitFor();
}

/** Every address that a menu leads to shows something and nothing that failed. */
const SCREENS = ['/', '/search', '/orders', '/ledger', '/ledger/accounts', '/ledger/trial-balance', '/ledger/transit',
  '/risk', '/risk/edit', '/cases', '/screening', '/applications', '/contracts', '/rules', '/recon', '/suspense',
  '/days', '/configuration', '/world', '/operators', '/trail'];

for (const [locale, view] of [['zh-CN', PHONE], ['en-US', DESK]]) {
  const say = SAY[locale];

  test(`whoever is signed in looks at everything while a world has no staff (${locale})`, async t => {
    const { no, told } = await charged('12.80');
    assert.equal(told.code, '10000', JSON.stringify(told));
    const { page, me } = await operator(t, await person(base, sandbox), { locale, ...view });
    assert.equal(me.everybody, true);
    await shows(page, say.everybody);
    for (const screen of SCREENS) {
      await page.goto(at(screen));
      await page.locator('main h1').waitFor();
      await page.waitForFunction(() => document.querySelector('.loading') === null);
      assert.equal(await page.locator('.state.failed').count(), 0, `${screen} shows:\n${await text(page)}`);
      await accessible(page, screen);
      await shoot(page, `console${screen.replaceAll('/', '-')}-${locale}`, SIZES);
    }
    await toOrder(page, no);
    for (const words of [say.opened, say.paid, say.postings]) {
      await page.locator('.timeline').getByText(words).first().waitFor();
    }
    assert.match(await page.locator('h1').innerText(), /桂花乌龙/);
    await accessible(page, 'an order');
    await shoot(page, `console-order-${locale}`, SIZES);
    await page.goto(at(`/parties/${me.user_id}`));
    await page.locator('main').getByText(me.login).first().waitFor();
    assert.doesNotMatch(await page.locator('main').innerText(), /王小明/, 'a name is masked');
    await accessible(page, 'a party');
    await shoot(page, `console-party-${locale}`, SIZES);
    // On a phone the languages are behind the menu.
    const isNarrow = await page.locator('button.opens').isVisible();
    if (isNarrow) {
      await page.locator('button.opens').click();
    }
    await page.locator(isNarrow ? 'dialog.drawer' : 'header.top').getByRole('button', { name: say.other }).click();
    await page.goto(at('/'));
    await page.reload();
    await titled(page, say.otherHome);
  });

  test(`rules are proposed by one, approved by another, and say why they refuse (${locale})`, async t => {
    const proposer = await operator(t, await person(base, sandbox), { locale, ...view });
    const second = await operator(t, await person(base, sandbox), { locale, ...view });
    const { page } = proposer;
    await page.goto(at('/risk'));
    await link(page, say.write).click();
    const rules = page.locator('textarea[name="rules"]');
    await rules.fill('[{');
    await shows(page, say.wrong);
    assert.equal(await button(page, say.propose).count(), 0, 'what cannot be read is not proposed');
    await shoot(page, `console-rules-wrong-${locale}`, SIZES);
    // Each language has a set of its own, or the second one would change nothing.
    const own = { ...RULE, id: locale === 'en-US' ? 'T2' : 'T1' };
    await rules.fill(JSON.stringify([own]));
    await page.locator('.changes').getByText(say.added).waitFor();
    await button(page, say.propose).click();
    await titled(page, say.rules);
    await shows(page, say.own);
    assert.equal(await button(page, say.approve).count(), 0, 'the own proposal cannot be approved');
    await accessible(page, 'the own proposal');
    await shoot(page, `console-own-proposal-${locale}`, SIZES);

    await second.page.goto(at('/risk'));
    await second.page.locator('.changes').getByText(own.id).waitFor();
    await button(second.page, say.approve).click();
    await second.page.locator('dialog[open]').getByRole('button', { name: say.approve }).click();
    await second.page.locator('.changes').waitFor({ state: 'detached' });
    await second.page.locator('table').getByText(own.id, { exact: true }).waitFor();

    const { no, told } = await charged(REFUSED);
    assert.notEqual(told.code, '10000', JSON.stringify(told));
    await toOrder(page, no);
    await shows(page, say.why);
    await shows(page, say.told);
    await page.locator('.rules-fired').getByText(own.id).waitFor();
    await shoot(page, `console-refused-${locale}`, SIZES);

    await page.goto(at('/trail'));
    await titled(page, say.trail);
    await page.locator('table').getByText('risk.approve').first().waitFor();
  });

  test(`an answer that is lost is not told as a refusal, and nothing is sent twice (${locale})`, async t => {
    const { page } = await operator(t, await person(base, sandbox), { locale, ...view, forgives: LOST });
    const calls = await losing(page, /\/ops\/world\/faults$/, 'after');
    await page.goto(at('/world'));
    await fill(page, 'fault', 'notify-delay:2');
    await page.locator('form').last().locator('button[type="submit"]').click();
    const alert = page.locator('[role="alert"].unknown');
    await alert.waitFor();
    assert.match(await alert.innerText(), say.unknown);
    assert.doesNotMatch(await alert.innerText(), say.failed);
    // How it stands is looked at by itself: the fault is there.
    await page.locator('table').getByText('notify-delay:2').waitFor();
    assert.deepEqual({ lost: calls.lost, arrived: calls.arrived }, { lost: 1, arrived: 1 });
    await page.locator('table button').last().click();
    await page.locator('table').getByText('notify-delay:2').waitFor({ state: 'detached' });
  });

  test(`everything can be done by the keyboard, and signing out leaves nothing (${locale})`, async t => {
    const { page } = await operator(t, await person(base, sandbox), { locale, ...view });
    await page.goto(at('/orders'));
    await page.locator('.row-link').first().waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1', 'the title has the focus');
    await page.locator('.row-link').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('.story').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1');
    await page.goto(at('/operators'));
    await page.locator('.page-head .button.primary').click();
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('dialog[open]').count(), 0);
    await button(page, say.out).click();
    await page.waitForURL(/#\/sign-in/);
    await titled(page, say.signIn);
    await shoot(page, `console-sign-in-${locale}`, SIZES);
    await page.goto(at('/orders'));
    await page.waitForURL(/#\/sign-in/);
    assert.equal(await page.locator('.row-link').count(), 0);
  });
}

/** Last: from then on the world has staff, and whoever is no operator does nothing. */
test('the second operator takes the post, and everybody else has none', async t => {
  const say = SAY['en-US'];
  const admin = await operator(t, await person(base, sandbox), { locale: 'en-US', ...DESK });
  const stranger = await operator(t, await person(base, sandbox), { locale: 'en-US', ...DESK });
  const { page, me } = stranger;
  await admin.page.goto(at('/operators'));
  await admin.page.locator('.page-head .button.primary').click();
  assert.equal(await admin.page.locator('dialog[open] input').count(), 0, 'each proposes itself, and nobody else');
  await admin.page.locator('dialog[open] button[type="submit"]').click();
  await admin.page.locator('.proposal').getByText(admin.me.user_id).waitFor();
  await page.goto(at('/operators'));
  await page.locator('.proposal').getByText(admin.me.user_id).waitFor();
  assert.equal(await button(page, say.approve).count(), 0, 'only who is proposed takes the post');

  await button(admin.page, say.approve).click();
  await admin.page.locator('dialog[open]').getByRole('button', { name: say.approve }).click();
  await admin.page.locator('.proposal').waitFor({ state: 'detached' });
  await admin.page.reload();
  await admin.page.locator('.who').getByText('admin').waitFor();
  await admin.page.locator('.everybody').waitFor({ state: 'detached' });
  await admin.page.goto(at('/risk'));
  await titled(admin.page, say.rules);
  assert.equal(await link(admin.page, say.write).count(), 0, 'an admin sets no rules');
  await shoot(admin.page, 'console-admin', SIZES);

  await page.goto(at('/'));
  await page.reload();
  await shows(page, 'You are no operator');
  const refused = await page.request.get(`${base}/api/v1/ops/parties/${me.user_id}`);
  assert.equal(refused.status(), 403);
  await accessible(page, 'a stranger');
  await shoot(page, 'console-stranger', SIZES);
});
