// Answers that get lost between the wallet and the platform, and taps that come twice: the money moves once, and the
// app says nothing that is not so.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LOST, losing } from './lost.mjs';
import { PAY_PASSWORD, person } from './passkey.mjs';
import {
  CARD, at, base, begin, button, end, enter, fill, moneyOf, open, outcome, paste, precreate, sandbox, shows,
  signIn, withCards,
} from './wallet.mjs';

before(begin);

after(end);

/** What moves money: how its screen is reached, and what the screen says of it. */
const DEALS = {
  payment: {
    confirms: /\/me\/payments$/, done: '付款成功', still: '目前没有付款', left: '70.00', kind: 'payment',
    begin: async page => paste(page, (await precreate('30.00')).qr, { read: '识别' }),
    again: page => button(page, '重新付款').click(),
  },
  transfer: {
    asks: /\/me\/transfers$/, confirms: /\/me\/transfers\/\w+\/confirm$/, done: '转账成功', still: '目前没有转出',
    left: '70.00', kind: 'transfer_out',
    begin: async page => {
      const to = await person(base, sandbox);
      await page.goto(at('/transfer'));
      await fill(page, 'to', to);
      await fill(page, 'amount', '30');
    },
  },
  'top-up': {
    asks: /\/me\/top-ups$/, confirms: /\/me\/bank-orders\/\w+\/confirm$/, done: '已完成', still: '目前没有提交',
    left: '130.00', kind: 'top_up', cards: [CARD],
    begin: async page => {
      await page.goto(at('/top-up'));
      await fill(page, 'amount', '30');
    },
  },
};

const next = page => button(page, '下一步').click();
const go = page => button(page, /^确认(付款|转账|充值)/).click();

/** Bills of a kind, as the platform has them. */
const billsOf = async (page, kind) =>
  (await (await page.request.get(`${base}/api/v1/me/bills?kind=${kind}`)).json()).bills.length;

/** Somebody with a hundred yuan, in front of something that moves thirty. No worker stands between page and
 *  platform, or what is lost could not be chosen. */
async function inFrontOf(t, deal) {
  const page = await open(t, { serviceWorkers: 'block', forgives: LOST });
  await signIn(page, await withCards(deal.cards ?? []));
  const before = await billsOf(page, deal.kind);
  await deal.begin(page);
  const ended = async () => {
    await outcome(page, deal.done);
    assert.equal(await moneyOf(page), deal.left, 'the money moved once');
    assert.equal(await billsOf(page, deal.kind) - before, 1);
  };
  return { page, ended };
}

for (const [name, deal] of Object.entries(DEALS)) {
  test(`a ${name} that was done and whose answer is lost is looked up, and never told as failed`, async t => {
    const { page, ended } = await inFrontOf(t, deal);
    await (deal.asks && next(page));
    const calls = await losing(page, deal.confirms, 'after');
    const said = [];
    await page.exposeFunction('sayToTest', words => said.push(words));
    await page.evaluate(() => new MutationObserver(() => globalThis.sayToTest(document.body.innerText))
      .observe(document.body, { subtree: true, childList: true, characterData: true }));
    await go(page);
    await enter(page);
    await ended();
    assert.deepEqual([calls.lost, calls.arrived], [1, 1], 'nothing was sent again by itself');
    assert.doesNotMatch(said.join('\n'), new RegExp(`${deal.still}|没有扣款|没有成功|银行拒绝`));
  });

  test(`a ${name} that never arrived is not known, then not done so far, and is done once when it is sent again`,
    async t => {
      const { page, ended } = await inFrontOf(t, deal);
      await (deal.asks && next(page));
      const calls = await losing(page, deal.confirms, 'before');
      await go(page);
      await enter(page);
      await outcome(page, '结果尚不明确');
      await shows(page, deal.still);
      assert.equal(await moneyOf(page), '100.00');
      assert.equal(calls.arrived, 0, 'nothing was sent again by itself');
      await deal.again?.(page);
      await go(page);
      await enter(page);
      await ended();
      assert.deepEqual([calls.lost, calls.arrived], [1, 1]);
    });

  test(`a ${name} is done once when it is tapped twice`, async t => {
    const { page, ended } = await inFrontOf(t, deal);
    if (deal.asks) {
      const asks = await losing(page, deal.asks, 'late');
      await button(page, '下一步').dblclick();
      await button(page, /^确认/).waitFor();
      assert.equal(new Set(asks.keys).size, 1, 'one form has one key');
    }
    const calls = await losing(page, deal.confirms, 'late');
    await go(page);
    await enter(page, PAY_PASSWORD + PAY_PASSWORD);
    await ended();
    assert.equal(calls.arrived, 1);
  });

  for (const when of deal.asks ? ['after', 'before'] : []) {
    test(`a form for a ${name} whose answer is lost ${when} it arrived is sent again with its key`, async t => {
      const { page, ended } = await inFrontOf(t, deal);
      const calls = await losing(page, deal.asks, when);
      await next(page);
      await page.getByRole('alert').filter({ hasText: '没有收到答复' }).waitFor();
      assert.equal(await moneyOf(page), '100.00');
      await next(page);
      await go(page);
      await enter(page);
      await ended();
      assert.equal(calls.keys.length, 2);
      assert.equal(new Set(calls.keys).size, 1);
    });
  }
}
