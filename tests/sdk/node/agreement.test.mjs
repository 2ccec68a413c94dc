// Agreements through the official Node SDK, over v2 and v3: signed on the page and without it, debited, postponed, ended.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newNumber, sdkFor, Sandbox, startMerchant, startServer } from './fixture.mjs';
import { chinaDay, dayAfter, signOnPage } from './agreement-page.mjs';

let server;
let sandbox;
let merchant;
let buyer;
let today;

before(async () => {
  server = await startServer();
  sandbox = new Sandbox(server.ready.sandbox);
  merchant = await startMerchant();
  buyer = await sandbox.buyer('10000.00');
  today = chinaDay((await sandbox.send('/clock')).now_us);
});

after(async () => {
  await merchant?.close();
  await server?.stop();
});

/** code and subCode of an answer. */
const outcome = answer => [answer.code, answer.subCode].filter(Boolean).join(' ');
/** What protocol 6.4 promises of every agreement's notification; the scene and the names were given. */
const MEMBERS = ['agreement_no', 'alipay_logon_id', 'alipay_user_id', 'app_id', 'auth_app_id', 'charset',
  'external_agreement_no', 'external_logon_id', 'invalid_time', 'notify_id', 'notify_time', 'notify_type',
  'personal_product_code', 'sign', 'sign_scene', 'sign_time', 'sign_type', 'status', 'valid_time', 'version'];

for (const mode of ['key', 'cert']) {
  describe(`${mode} mode`, () => {
    let sdk;
    let entry;
    before(() => {
      entry = server.ready.apps.find(app => app.mode === mode);
      sdk = sdkFor(entry, server.ready);
    });

    const exec = (method, bizContent, more = {}) =>
      sdk.exec(method, { bizContent, ...more }, { validateSign: true });
    const post = async (name, body) => (await sdk.curl('POST', `/v3/alipay/${name}`, { body })).data;
    /** The status and the code that the SDK's own error carries. */
    const refusal = async promise => {
      const error = await promise.then(() => assert.fail('not refused'), error => error);
      return `${error.responseHttpStatus} ${error.code}`;
    };
    const plan = (more = {}) => ({
      periodType: 'DAY', period: '7', executeTime: dayAfter(today, 1), singleAmount: '30.00', ...more });
    const terms = (more = {}) => ({
      personalProductCode: 'CYCLE_PAY_AUTH_P', productCode: 'CYCLE_PAY_AUTH', signScene: 'INDUSTRY|DIGITAL_MEDIA',
      externalAgreementNo: newNumber(), externalLogonId: '会员 7', accessParams: { channel: 'ALIPAYAPP' },
      periodRuleParams: plan(), ...more });
    const link = (biz, more = {}) => sdk.pageExecute('alipay.user.agreement.page.sign', 'GET', {
      bizContent: biz, notifyUrl: merchant.url, returnUrl: merchant.returnUrl, ...more });
    /** Signs without a browser: {biz, no}. */
    const signed = async (more = {}, who = buyer) => {
      const biz = terms(more);
      const said = await sandbox.send('/agreement/sign',
        { login: who.login, pay_password: '739164', sign_url: link(biz) });
      assert.equal(said.status, 'NORMAL');
      return { biz, no: said.agreement_no };
    };
    const debit = (agreementNo, totalAmount, more = {}) => exec('alipay.trade.pay', {
      outTradeNo: newNumber(), totalAmount, subject: '会员月费', productCode: 'CYCLE_PAY_AUTH',
      agreementParams: { agreementNo }, ...more }, { notifyUrl: merchant.url });
    const told = async (no, type) => {
      const params = await merchant.find(one => one.agreement_no === no && one.notify_type === type, `${type} ${no}`);
      assert.equal(sdk.checkNotifySignV2(params), true, 'the SDK believes it');
      assert.equal(sdk.checkNotifySignV2({ ...params, alipay_user_id: '2088000000000000' }), false);
      return params;
    };

    test('the SDK\'s form leads to the page; it is signed there and told', async () => {
      const who = await sandbox.buyer('100.00');
      const biz = terms({ signValidityPeriod: '12m' });
      const form = sdk.pageExec('alipay.user.agreement.page.sign',
        { bizContent: biz, notifyUrl: merchant.url, returnUrl: merchant.returnUrl });
      const { shown, back } = await signOnPage(form, who.login);
      for (const words of ['INDUSTRY|DIGITAL_MEDIA', '30.00', '7 天', biz.periodRuleParams.executeTime, '12 个月']) {
        assert.ok(shown.includes(words), `the buyer reads ${words}`);
      }
      const returned = Object.fromEntries(new URL(back).searchParams);
      assert.equal(returned.shop, '1', 'the shop\'s own parameter stays');
      const { shop: _, ...ours } = returned;
      assert.equal(sdk.checkNotifySignV2(ours), true, 'the way back is signed');
      assert.deepEqual([ours.method, ours.status, ours.external_agreement_no, ours.alipay_user_id],
        ['alipay.user.agreement.page.sign.return', 'NORMAL', biz.externalAgreementNo, who.userId]);

      const news = await told(ours.agreement_no, 'dut_user_sign');
      assert.deepEqual(Object.keys(news).sort(), MEMBERS);
      assert.deepEqual(
        [news.status, news.alipay_user_id, news.app_id, news.auth_app_id, news.personal_product_code, news.sign_scene,
          news.external_agreement_no, news.external_logon_id, news.sign_type, news.version, news.charset.toLowerCase()],
        ['NORMAL', who.userId, entry.app_id, entry.app_id, 'CYCLE_PAY_AUTH_P', biz.signScene, biz.externalAgreementNo,
          '会员 7', 'RSA2', '1.0', 'utf-8']);
      assert.match(news.sign_time, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
      assert.deepEqual([news.valid_time, ours.sign_time], [news.sign_time, news.sign_time]);
      assert.equal(Number(news.invalid_time.slice(0, 4)), Number(news.sign_time.slice(0, 4)) + 1, '12 months later');
      assert.ok(!news.alipay_logon_id.includes(who.login.split('@')[0]), 'the login is masked');
    });

    test('a query finds it by its number, by the merchant\'s number and by the buyer\'s login, over both interfaces',
      async () => {
        const { biz, no } = await signed();
        const named = { personalProductCode: biz.personalProductCode, signScene: biz.signScene,
          externalAgreementNo: biz.externalAgreementNo };
        const asked = [{ agreementNo: no }, { alipayUserId: buyer.userId, ...named },
          { alipayLogonId: buyer.login, ...named }];
        for (const ask of asked) {
          const found = await exec('alipay.user.agreement.query', ask);
          assert.equal(outcome(found), '10000', JSON.stringify(found));
          assert.deepEqual(
            [found.agreementNo, found.status, found.principalId, found.pricipalType, found.invalidTime,
              found.nextDeductTime, found.executionPlans.length, found.lastDeductTime],
            [no, 'NORMAL', buyer.userId, 'CARD', '2115-02-01 00:00:00', biz.periodRuleParams.executeTime, 1, undefined]);
        }
        const query = { alipay_user_id: buyer.userId, personal_product_code: biz.personalProductCode,
          sign_scene: biz.signScene, external_agreement_no: biz.externalAgreementNo };
        for (const ask of [{ agreement_no: no }, query]) {
          const found = await sdk.curl('GET', '/v3/alipay/user/agreement/query', { query: ask });
          assert.deepEqual([found.data.agreement_no, found.data.status], [no, 'NORMAL']);
        }
        const other = { ...query, external_agreement_no: newNumber() };
        assert.equal(await refusal(sdk.curl('GET', '/v3/alipay/user/agreement/query', { query: other })),
          '400 USER_AGREEMENT_NOT_EXIST');
        assert.equal(outcome(await exec('alipay.user.agreement.query', { alipayLogonId: 'no@one.cn', ...named })),
          '40004 USER_NOT_EXIST_ERROR');
      });

    test('a debit is paid once, however often it is asked for, and told', async () => {
      const { no } = await signed();
      const outTradeNo = newNumber();
      const first = await debit(no, '30.00', { outTradeNo });
      assert.deepEqual([first.code, first.buyerUserId, first.totalAmount], ['10000', buyer.userId, '30.00']);
      const again = await debit(no, '30.00', { outTradeNo });
      assert.deepEqual([again.code, again.tradeNo], ['10000', first.tradeNo], 'the same words, the same answer');
      const v3 = await post('trade/pay', { out_trade_no: outTradeNo, total_amount: '30.00', subject: '会员月费',
        product_code: 'CYCLE_PAY_AUTH', agreement_params: { agreement_no: no } });
      assert.equal(v3.trade_no, first.tradeNo, 'also over v3');
      assert.equal(outcome(await debit(no, '29.00', { outTradeNo })), '40004 ACQ.CONTEXT_INCONSISTENT');
      const params = await merchant.wait(outTradeNo, one => one.trade_status === 'TRADE_SUCCESS');
      assert.equal(sdk.checkNotifySignV2(params), true);
      assert.equal(merchant.all(one => one.out_trade_no === outTradeNo).length, 1);
      const found = await exec('alipay.user.agreement.query', { agreementNo: no });
      assert.deepEqual([found.lastDeductTime, found.nextDeductTime], [today, dayAfter(today, 8)]);
      const back = await exec('alipay.trade.refund', { outTradeNo, refundAmount: '30.00' });
      assert.equal(back.fundChange, 'Y');
      assert.equal(outcome(await debit(no, '30.00')), '40004 ACQ.CYCLE_PAY_DATE_NOT_MATCH', 'a refund plans nothing');
    });

    test('what the terms do not allow is refused and leaves nothing', async () => {
      const early = await signed({ periodRuleParams: plan({ executeTime: dayAfter(today, 6) }) });
      const outTradeNo = newNumber();
      assert.equal(outcome(await debit(early.no, '1.00', { outTradeNo })), '40004 ACQ.CYCLE_PAY_DATE_NOT_MATCH');
      assert.equal(outcome(await exec('alipay.trade.query', { outTradeNo })), '40004 ACQ.TRADE_NOT_EXIST');
      assert.equal(outcome(await debit(early.no, '30.01')), '40004 ACQ.CYCLE_PAY_SINGLE_FEE_EXCEED');

      // Sums and numbers are judged before the day.
      const total = await signed({ periodRuleParams: plan({ totalAmount: '30.00' }) });
      assert.equal(outcome(await debit(total.no, '20.00')), '10000');
      assert.equal(outcome(await debit(total.no, '10.01')), '40004 ACQ.CYCLE_PAY_TOTAL_FEE_EXCEED');
      const times = await signed({ periodRuleParams: plan({ totalPayments: '1' }) });
      assert.equal(outcome(await debit(times.no, '20.00')), '10000');
      assert.equal(outcome(await debit(times.no, '10.00')), '40004 ACQ.CYCLE_PAY_TOTAL_TIMES_EXCEED');
      const refused = { out_trade_no: newNumber(), total_amount: '10.00', subject: '会员月费',
        product_code: 'CYCLE_PAY_AUTH', agreement_params: { agreement_no: times.no } };
      assert.equal(await refusal(post('trade/pay', refused)), '400 ACQ.CYCLE_PAY_TOTAL_TIMES_EXCEED');

      const poor = await sandbox.buyer('5.00');
      const { no } = await signed({}, poor);
      assert.equal(outcome(await debit(no, '5.01')), '40004 ACQ.BUYER_BALANCE_NOT_ENOUGH');
      const free = await signed({ personalProductCode: 'GENERAL_WITHHOLDING_P', productCode: 'GENERAL_WITHHOLDING',
        periodRuleParams: undefined });
      assert.equal(outcome(await debit(free.no, '1.00')), '40004 ACQ.AGREEMENT_INVALID');
      assert.equal(outcome(await debit(free.no, '1.00', { productCode: 'GENERAL_WITHHOLDING' })), '10000');
      assert.equal(outcome(await debit('20990101000000000000', '1.00')), '40004 ACQ.AGREEMENT_NOT_EXIST');
    });

    test('the next debit is postponed, and the old day is too early then', async () => {
      const { no } = await signed();
      const modify = deductTime => exec('alipay.user.agreement.executionplan.modify',
        { agreementNo: no, deductTime, memo: '买家请求延期' });
      assert.equal(outcome(await modify(today)), '40004 ILLEGAL_EXECUTION_TIME');
      assert.equal(outcome(await modify(dayAfter(today, 8))), '40004 ILLEGAL_EXECUTION_TIME', 'the next planned day');
      const moved = await modify(dayAfter(today, 7));
      assert.deepEqual([moved.code, moved.agreementNo, moved.deductTime], ['10000', no, dayAfter(today, 7)]);
      assert.equal(outcome(await debit(no, '1.00')), '40004 ACQ.CYCLE_PAY_DATE_NOT_MATCH');
      const again = await post('user/agreement/executionplan/modify',
        { agreement_no: no, deduct_time: dayAfter(today, 7) });
      assert.equal(again.deduct_time, dayAfter(today, 7), 'the same again is the same');
      const found = await exec('alipay.user.agreement.query', { agreementNo: no });
      assert.equal(found.nextDeductTime, dayAfter(today, 7));
      const nobody = { agreement_no: '20990101000000000000', deduct_time: today };
      assert.equal(await refusal(post('user/agreement/executionplan/modify', nobody)), '400 ILLEGAL_AGREEMENT');
    });

    test('the merchant ends it, by its number or by the buyer\'s, and it is told', async () => {
      const first = await signed();
      assert.equal(outcome(await exec('alipay.user.agreement.unsign', { agreementNo: first.no })), '10000');
      const news = await told(first.no, 'dut_user_unsign');
      assert.deepEqual(Object.keys(news).sort(), [...MEMBERS, 'unsign_time'].sort());
      assert.deepEqual([news.status, news.external_agreement_no], ['UNSIGN', first.biz.externalAgreementNo]);
      assert.equal(outcome(await exec('alipay.user.agreement.unsign', { agreementNo: first.no })),
        '40004 AGREEMENT_NOT_EXIST');
      assert.equal(outcome(await exec('alipay.user.agreement.query', { agreementNo: first.no })),
        '40004 USER_AGREEMENT_NOT_EXIST');
      assert.equal(outcome(await debit(first.no, '1.00')), '40004 ACQ.AGREEMENT_STATUS_NOT_NORMAL');

      const second = await signed();
      await post('user/agreement/unsign', { alipay_user_id: buyer.userId, personal_product_code: 'CYCLE_PAY_AUTH_P',
        sign_scene: second.biz.signScene, external_agreement_no: second.biz.externalAgreementNo });
      assert.equal((await told(second.no, 'dut_user_unsign')).status, 'UNSIGN');
      assert.equal(await refusal(post('user/agreement/unsign', { agreement_no: second.no })),
        '400 AGREEMENT_NOT_EXIST');
    });

    test('the buyer ends it in the wallet', async () => {
      const { no } = await signed();
      await sandbox.send('/agreement/end', { login: buyer.login, pay_password: '739164', agreement_no: no });
      assert.equal((await told(no, 'dut_user_unsign')).alipay_user_id, buyer.userId);
      assert.equal(outcome(await debit(no, '1.00')), '40004 ACQ.AGREEMENT_STATUS_NOT_NORMAL');
    });

    test('a buyer pays and signs in one step, and both are told', async () => {
      const signs = await startMerchant();
      try {
        for (const [method, productCode] of [['alipay.trade.app.pay', 'CYCLE_PAY_AUTH'],
          ['alipay.trade.page.pay', 'FAST_INSTANT_TRADE_PAY']]) {
          const { productCode: _, ...sign } = terms();
          const order = { outTradeNo: newNumber(), totalAmount: '9.90', subject: '首月会员', productCode,
            agreementSignParams: { ...sign, signNotifyUrl: signs.url } };
          const ask = { bizContent: order, notifyUrl: merchant.url };
          const query = () => exec('alipay.user.agreement.query', { alipayUserId: buyer.userId,
            personalProductCode: sign.personalProductCode, signScene: sign.signScene,
            externalAgreementNo: sign.externalAgreementNo });
          const paid = await sandbox.pay(buyer.login, method === 'alipay.trade.app.pay'
            ? { order_string: sdk.sdkExecute(method, ask) } : { order_url: sdk.pageExecute(method, 'GET', ask) });
          assert.deepEqual([paid.trade_status, paid.sign_refused], ['TRADE_SUCCESS', null], method);
          const trade = await merchant.wait(order.outTradeNo, one => one.trade_status === 'TRADE_SUCCESS');
          assert.equal(sdk.checkNotifySignV2(trade), true);
          const news = await signs.find(one => one.agreement_no === paid.agreement_no, 'the signature');
          assert.equal(sdk.checkNotifySignV2(news), true);
          assert.deepEqual(Object.keys(news).sort(), MEMBERS);
          assert.deepEqual([news.notify_type, news.status, news.external_agreement_no],
            ['dut_user_sign', 'NORMAL', sign.externalAgreementNo]);
          assert.equal((await query()).status, 'NORMAL');
          assert.equal(outcome(await debit(paid.agreement_no, '30.00')), '10000', 'the first debit is not the payment');

          // The same once more under another order and number: it is paid, and nothing is signed beside what stands.
          const before = signs.all(() => true).length;
          const again = { ...order, outTradeNo: newNumber(),
            agreementSignParams: { ...order.agreementSignParams, externalAgreementNo: undefined } };
          const pay = biz => sandbox.pay(buyer.login, { order_string: sdk.sdkExecute('alipay.trade.app.pay',
            { bizContent: { ...biz, productCode: 'CYCLE_PAY_AUTH' }, notifyUrl: merchant.url }) });
          const other = await pay(again);
          const third = await pay({ ...again, outTradeNo: newNumber() });
          assert.deepEqual([third.trade_status, third.agreement_no, third.sign_refused],
            ['TRADE_SUCCESS', null, 'same_in_force']);
          await merchant.wait(again.outTradeNo);
          await exec('alipay.user.agreement.unsign', { agreementNo: other.agreement_no });
          await signs.find(one => one.agreement_no === other.agreement_no && one.status === 'UNSIGN', 'the end');
          assert.equal(signs.all(() => true).length, before + 2, 'one notice each, none of what was not signed');
          assert.equal(merchant.all(one => one.agreement_no === paid.agreement_no).length, 0, 'at its own address');
        }
      } finally {
        await signs.close();
      }
    });

    test('what nobody signed is TEMP, and its number is good for one content', async () => {
      const biz = terms();
      const page = await fetch(link(biz), { redirect: 'manual' });
      assert.ok([302, 303].includes(page.status));
      const other = { ...biz, periodRuleParams: plan({ singleAmount: '31.00' }) };
      const sign = sign_url => sandbox.send('/agreement/sign', { login: buyer.login, pay_password: '739164', sign_url });
      await assert.rejects(sign(link(other)), /422.*OUT_AGREEMENT_NO_DUPLICATE/);
      const { agreement_no: no } = await sign(link(biz));
      await assert.rejects(sign(link(biz)), /422.*AGREEMENT_ALREADY_SIGNED/);
      const same = await sandbox.send('/agreement/sign',
        { login: buyer.login, pay_password: '739164', agreement_no: no });
      assert.equal(same.status, 'NORMAL', 'signed again by the same buyer: it stands');
      const stranger = await sandbox.buyer('1.00');
      const steal = { login: stranger.login, pay_password: '739164', agreement_no: no };
      await assert.rejects(sandbox.send('/agreement/sign', steal), /409.*buyer_differs/);
    });
  });
}
