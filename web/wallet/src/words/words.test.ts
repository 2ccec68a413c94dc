import i18next from 'i18next';
import { Problem, problemOf } from '@kit/problem';
import { said } from '@kit/said';
import { expectSameWords, expectWordsFor } from '@kit/words/same';
import { expect, test } from 'vitest';
import { words } from '.';

test('both languages have the same words, and fill in the same', () => expectSameWords(words));

// Those that the description of the API lists are asked for in kit/words/enums.test.ts.
test('each other value that the API may tell has a word', () => {
  const groups = {
    event:
      'created paid asked arrives arrived refund_under_way refunded refund_credited refund_returned returned ' +
      'closed failed',
    bank: 'ICBC ABC BOC CCB COMM CMB PSBC CITIC CEB CMBC SPDB CIB HXB',
    'pay.try': 'none failed closed late returning returned credited',
    sandbox: 'not_registered already_registered',
    ended_by: 'merchant buyer validity',
    problem: 'bill_not_found too_many_bills bad_q foreign_site key_reused key_taken world_begins_anew',
    'me.class': 'merchant sandbox unverified class_1 class_2 class_3',
  };
  const split = Object.entries(groups).map(([group, values]) => [group, values.split(' ')] as const);
  expectWordsFor(words, Object.fromEntries(split));
});

const speaking = async (language: 'zh-CN' | 'en') => {
  const own = i18next.createInstance();
  await own.init({
    lng: language,
    keySeparator: false,
    nsSeparator: false,
    resources: { [language]: { translation: words[language] } },
  });
  return own.t;
};

test('a refusal is told in the language of the page, with its facts', async () => {
  const wrong = problemOf(403, { code: 'wrong_password', detail: 'it is wrong', tries_left: 2 });
  expect(said(await speaking('zh-CN'), wrong, 'zh-CN')).toBe('支付密码不正确，还可尝试 2 次。');
  expect(said(await speaking('en'), wrong, 'en')).toBe('The payment password is wrong. Tries left: 2.');
  const plain = problemOf(403, { code: 'wrong_password', detail: 'it is wrong' });
  expect(said(await speaking('en'), plain, 'en')).toBe('The payment password is wrong.');
  const locked = problemOf(423, { code: 'locked', detail: 'locked', locked_until: '2026-11-30T12:30:05+08:00' });
  expect(said(await speaking('zh-CN'), locked, 'zh-CN')).toBe('输错次数过多，锁定至 11月30日 12:30。');
});

test('a refusal without words here is told by the sentence of the server', async () => {
  const odd = new Problem(409, 'moon_is_full', 'the moon is full');
  expect(said(await speaking('zh-CN'), odd, 'zh-CN')).toBe('没有成功：the moon is full');
  const bank = new Problem(409, 'bank_refused', '预留手机号不符');
  expect(said(await speaking('en'), bank, 'en')).toBe('The bank: 预留手机号不符');
});

test('a lost connection is never told as a failed payment', async () => {
  const lost = said(await speaking('en'), new Problem(0, 'no_connection', 'Failed to fetch'), 'en');
  expect(lost).toContain('No answer came');
  for (const [status, code] of [
    [500, 'http_500'],
    [403, 'http_403'],
    [500, 'internal'],
    [500, 'odd'],
    [0, 'internal'],
  ] as const) {
    const words = said(await speaking('en'), new Problem(status, code, 'x'), 'en');
    expect(words, `${status} ${code}`).toContain('the outcome is not known');
    expect(said(await speaking('zh-CN'), new Problem(status, code, 'x'), 'zh-CN')).toContain('结果尚不明确');
  }
});
