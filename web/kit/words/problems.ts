// Refusals that every app may meet, in both languages, by their codes. A code that ends in `_tries` or `_until` is used
// when the sentence of the server tells how many tries are left, or until when.
import type { Language } from '../languages';

/** A text in Chinese and in English. */
export type Pair = readonly [chinese: string, english: string];

const GENERAL: Record<string, Pair> = {
  other: ['没有成功：{{detail}}', 'It did not work: {{detail}}'],
  no_connection: ['没有收到答复，请检查网络后重试。', 'No answer came. Check the connection and try again.'],
  no_answer: [
    '没有收到平台的答复，结果尚不明确。请先查看再重试。',
    'The platform gave no answer, so the outcome is not known. Look before you try again.',
  ],
  internal: [
    '平台出错，结果尚不明确。请先查看再重试。',
    'The platform failed, and the outcome is not known. Look before you try again.',
  ],
  busy: ['系统繁忙，没有任何变动，请重试。', 'The platform is busy. Nothing was done; try again.'],
  behind: ['账目正在更新，请稍后重试。', 'The books are catching up. Try again in a moment.'],
  foreign_site: ['请求来自其他网站，没有办理。请从通宝打开。', 'Another site asked for this, so it was not done. Open Tongbao.'],
  world_begins_anew: ['沙箱正在重置，没有办理，请稍后再试。', 'The world begins anew. It was not done; try again.'],
  too_many_streams: ['打开的页面过多，请关闭一些。', 'Too many pages are open. Close some.'],
  bad_cursor: ['列表已变化，请重新加载。', 'The list has changed. Load it again.'],
  unknown: ['结果尚不明确，请先查看再重试。', 'The outcome is not known. Look before you try again.'],
  not_signed_in: ['登录已失效，请重新登录。', 'You are signed out. Sign in again.'],
  no_access: ['没有权限。', 'You may not do this.'],
  not_found: ['没有找到。', 'There is no such thing.'],
  bad_request: ['请检查填写的内容。', 'Please check what you filled in.'],
  wrong_code: [
    '验证码错误、过期、已使用或尝试过多，请重新获取。',
    'The code is wrong, too old, was used, or was tried too often. Ask for a new one.',
  ],
  wrong_login: ['账号或登录密码不正确。', 'Login or password is wrong.'],
  locked: ['密码已锁定，请稍后再试。', 'The password is locked. Try later.'],
  locked_until: ['输错次数过多，锁定至 {{until}}。', 'Locked until {{until}} (China time) after too many wrong tries.'],
  frozen: ['账户已被冻结，请联系客服。', 'The account is frozen. Ask customer service.'],
  wrong_password: ['支付密码不正确。', 'The payment password is wrong.'],
  wrong_password_tries: [
    '支付密码不正确，还可尝试 {{tries}} 次。',
    'The payment password is wrong. Tries left: {{tries}}.',
  ],
  bad_password: ['支付密码是 6 位数字。', 'A payment password has six digits.'],
  pay_password_needed: ['请输入支付密码。', 'Enter the payment password.'],
  wrong_passkey: ['通行密钥验证失败，请重试。', 'The passkey proved nothing. Try again.'],
  passkey_cancelled: ['没有使用通行密钥。', 'No passkey was used.'],
  passkey_failed: ['此设备无法使用通行密钥。', 'This device could not use a passkey.'],
  passkey_known: ['此设备的通行密钥已添加过。', 'This passkey was added before.'],
  no_passkey: ['账户还没有通行密钥，可在安全中心添加。', 'The account has no passkey. Add one under Security.'],
  no_passkeys_here: ['此网址不支持通行密钥。', 'This address knows no passkeys.'],
  key_reused: ['表单已用于另一笔操作，请重新提交。', 'The form was used for something else. Send it again.'],
  key_taken: ['表单已用于另一笔操作，请重新提交。', 'The form was used for something else. Send it again.'],
};

/** The words of both languages out of pairs; each key gets this before it. */
export function wordsOf(pairs: Record<string, Pair>, before = ''): Record<Language, Record<string, string>> {
  const side = (which: 0 | 1) =>
    Object.fromEntries(Object.entries(pairs).map(([key, pair]) => [`${before}${key}`, pair[which]]));
  return { 'zh-CN': side(0), en: side(1) };
}

/** What every app has to say of refusals. An app adds its own. */
export const generalProblems = wordsOf(GENERAL, 'problem.');
