// The way of a newcomer into the wallet: signing up, proving who one is, a card, money from it.
import assert from 'node:assert/strict';
import { idNumber, LOGIN_PASSWORD, PAY_PASSWORD } from './passkey.mjs';
import { at, button, CARD, enter, fill, link, outcome, shows, titled } from './wallet.mjs';

/** What the screens say on that way. */
export const NEWCOMER = {
  'zh-CN': {
    signUp: '没有账户？注册', signUpTitle: '注册', send: '获取验证码', use: /^填入 \d{6}$/, open: '注册并登录', identify: /去认证/,
    prove: '提交认证', proven: '认证成功。', ask: '发送验证码', bind: '完成绑定', bound: '银行卡已绑定。', next: '下一步', go: /^确认/,
    done: '已完成',
  },
  'en-US': {
    signUp: 'No account yet? Sign up', signUpTitle: 'Sign up', send: 'Send a code', use: /^Fill in \d{6}$/,
    open: 'Open the account', identify: /Prove it/, prove: 'Prove it', proven: 'It is proven.', ask: 'Send the code',
    bind: 'Bind it', bound: 'The card is bound.', next: 'Next', go: /^(Top up|Send) ¥/, done: 'Done',
  },
};

/** Signs up with the code that the sandbox shows. */
export async function signUp(page, say, phone) {
  await page.goto(at('/'));
  await link(page, say.signUp).click();
  await titled(page, say.signUpTitle);
  await fill(page, 'login', phone);
  await button(page, say.send).click();
  await button(page, say.use).click();
  assert.match(await page.locator('input[name="code"]').inputValue(), /^\d{6}$/);
  await fill(page, 'login_password', LOGIN_PASSWORD);
  await fill(page, 'pay_password', PAY_PASSWORD);
  await fill(page, 'pay_password_again', PAY_PASSWORD);
  await button(page, say.open).click();
  await page.locator('.purse').waitFor();
}

/** Says who it is, and binds a card. */
export async function becomeKnown(page, say) {
  await link(page, say.identify).click();
  await fill(page, 'name', '王小明');
  await fill(page, 'id_number', idNumber());
  await button(page, say.prove).click();
  await shows(page, say.proven);
  await page.locator('.purse').waitFor();

  await page.goto(at('/cards/new'));
  await fill(page, 'number', '6222 0212 3456 7894');
  assert.equal(await page.locator('input[name="number"]').inputValue(), CARD);
  await fill(page, 'holder', '王小明');
  await fill(page, 'mobile', '13812345678');
  await button(page, say.ask).click();
  await button(page, say.use).click();
  await button(page, say.bind).click();
  await enter(page);
  await shows(page, say.bound);
  await shows(page, '7894');
}

/** Brings money in from the card. */
export async function topUp(page, say, amount) {
  await page.goto(at('/top-up'));
  await fill(page, 'amount', amount);
  await button(page, say.next).click();
  await button(page, say.go).click();
  await enter(page);
  await outcome(page, say.done);
}
