// What every call is refused for before its method is looked at: who calls, with what signature, for whom. Each is
// tried with every method.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { sdkFor } from './fixture.mjs';
import { Ground, newNumber } from './refusals.mjs';

/** The refusals of docs/guide/errors.md that are tried here, with code and status of v3. */
const CODES = {
  'isv.invalid-app-id': ['40002', 400],
  'isv.missing-signature': ['40001', 400],
  'isv.invalid-signature': ['40002', 401],
  'aop.invalid-app-auth-token': ['20001', 401],
};
export const COMMON = Object.keys(CODES);

/** The caller of each: nobody, somebody without a signature, with a wrong one, with a token that was never given. */
const callers = (town, otherKey) => ({
  'isv.invalid-app-id': [{ ...town.house, sdk: town.sdk('9021999999999999', town.publicKey) }],
  'isv.invalid-signature':
    [{ ...town.house, sdk: town.sdk(town.house.appId, town.publicKey, { privateKey: otherKey }) }],
  'aop.invalid-app-auth-token': [town.house, { token: '201509BBeff9351ad1874306903e96b91d248A36' }],
});

/** A call without its signature, which no SDK makes. */
async function unsigned(g, method) {
  if (g.version === 'v2') {
    const link = new URL(g.house.sdk.pageExecute(method, 'GET', { bizContent: {} }));
    link.searchParams.delete('sign');
    const text = await (await fetch(link)).text();
    return { outcome: /isv\.[a-z-]+/.exec(text)?.[0], code: /"code":"(\d+)"/.exec(text)?.[1] };
  }
  const path = g.town.methods.get(method).v3;
  const caller = `app_id=${g.house.appId},nonce=${newNumber()},timestamp=${Date.now()}`;
  const headers = { 'content-type': 'application/json', authorization: `ALIPAY-SHA256withRSA ${caller}` };
  const said = await fetch(new URL(path, g.town.ready.gateway), { method: 'POST', headers, body: '{}' });
  return { outcome: (await said.json()).code, status: said.status };
}

export function ofTheCall(town, versionsOf) {
  describe('what every call is refused for', () => {
    let otherKey;
    before(() => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      otherKey = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
    });

    for (const [sub, [code, status]] of Object.entries(CODES)) {
      test(sub, async () => {
        for (const method of town().methods.keys()) {
          for (const version of versionsOf(method)) {
            const g = new Ground(town(), version);
            const [shop, more = {}] = callers(town(), otherKey)[sub] ?? [];
            const told = shop ? await g.call(shop, method, {}, { ...more, unsure: true }) : await unsigned(g, method);
            const wanted = version === 'v2' ? [code, sub] : [status, sub.replace(/^(isv|aop)\./, '')];
            const heard = [version === 'v2' ? told.code ?? code : told.status, told.outcome];
            assert.deepEqual(heard, wanted, `${method} ${version}`);
            g.town.heard.refused(method, sub, version);
          }
        }
      });
    }

    test('serials of certificates that are not the app\'s, or not the platform\'s', async () => {
      const { entry, sdk: { config } } = town().certHouse;
      for (const [name, sub, code] of [
        ['appCertSn', 'isv.app-cert-not-exist', '40002'],
        ['alipayRootCertSn', 'isv.invalid-alipay-root-cert-sn', '40002'],
      ]) {
        for (const version of ['v2', 'v3']) {
          const g = new Ground(town(), version);
          const sdk = sdkFor(entry, town().ready);
          sdk.config[name] = config[name].replace(/^./, letter => (letter === '0' ? '1' : '0'));
          const told = await g.call({ sdk }, 'alipay.trade.query', { out_trade_no: newNumber() }, { unsure: true });
          assert.deepEqual(version === 'v2' ? [told.code, told.outcome] : [told.status, `isv.${told.outcome}`],
            [version === 'v2' ? code : 401, sub]);
        }
      }
    });

    test('in open_id mode, a user by a name that the app was never given', async () => {
      for (const version of ['v2', 'v3']) {
        const g = new Ground(town(), version);
        const shop = await town().openHouse();
        for (const [method, fields] of [
          ['alipay.trade.create', { out_trade_no: newNumber(), total_amount: '1.00', subject: '茶', buyer_open_id: 'x' }],
          ['alipay.trade.advance.consult', { alipay_open_id: 'x' }],
          ['alipay.user.agreement.query', { alipay_open_id: 'x', personal_product_code: 'CYCLE_PAY_AUTH_P' }],
          ['alipay.open.auth.userauth.relationship.query', { scopes: 'auth_user', open_id: 'x' }],
        ]) {
          const told = await g.call(shop, method, fields);
          assert.deepEqual(version === 'v2' ? [told.code, told.outcome] : [told.status, `isv.${told.outcome}`],
            [version === 'v2' ? '40002' : 400, 'isv.app-openid-not-match'], method);
        }
      }
    });

    test('a method that the API does not have, and one that is not here', async () => {
      for (const version of ['v2', 'v3']) {
        const g = new Ground(town(), version);
        for (const [method, sub, code, status] of [
          ['alipay.trade.query.not.there', 'isv.invalid-method', '40002', 400],
          ['alipay.fund.trans.refund', 'isv.insufficient-isv-permissions', '40006', 403],
        ]) {
          const told = await g.call(g.house, method, {}, { unsure: true });
          assert.deepEqual(version === 'v2' ? [told.code, told.outcome] : [told.status, `isv.${told.outcome}`],
            [version === 'v2' ? code : status, sub]);
        }
      }
    });
  });
}
