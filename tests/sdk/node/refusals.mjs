// The ground of the suite of refusals: one world, parties and apps made where they are needed, one call for both
// interfaces, and an account of what was heard. A row of the suite is {method, sub, ask, later}: `ask` prepares and
// gives [shop, fields, more], `sub` is what must be heard, over v2 and over v3 on objects of its own each time. With
// `later` the world's clock is moved by that span in between.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AlipayFormData, AlipaySdk } from 'alipay-sdk';
import { startWorld } from './certify-world.mjs';
import { newNumber, PAY_PASSWORD, Sandbox, sdkFor } from './fixture.mjs';

export { newNumber, PAY_PASSWORD };
export const VERSIONS = ['v2', 'v3'];

/** Methods whose fields are parameters of their own on v2. */
const OWN_PARAMETERS = new Set(['alipay.system.oauth.token', 'alipay.user.info.share', 'alipay.open.file.upload']);
/** Methods that send a browser on to a page: no program is answered. */
const PAGES = new Set(['alipay.trade.page.pay', 'alipay.trade.wap.pay', 'alipay.user.agreement.page.sign',
  'alipay.user.certify.open.certify']);
/** Methods for which the documents have GET on v3; everything else is POST. */
const BY_GET = new Set(['alipay.data.bill.accountlog.query', 'alipay.data.bill.balance.query',
  'alipay.data.bill.balancehis.query', 'alipay.data.bill.buy.query', 'alipay.data.bill.sell.query',
  'alipay.data.dataservice.bill.downloadurl.query', 'alipay.offline.market.shop.category.query', 'alipay.open.auth.token.app.query',
  'alipay.open.auth.userauth.relationship.query', 'alipay.trade.advance.consult', 'alipay.trade.order.settle.query',
  'alipay.trade.royalty.rate.query', 'alipay.user.agreement.query', 'alipay.user.certify.open.query']);
/** Refusals of tokens that any call can bring, which are those of the call and not in the index. */
const TOO_OLD = {
  'aop.auth-token-time-out': { code: '20001', v3_status: 401, sub_msg: '访问令牌已过期' },
  'aop.app-auth-token-time-out': { code: '20001', v3_status: 401, sub_msg: '应用授权令牌已过期' },
};
/** What the SDK adds to an answer, or what is its codes. */
const NOT_MEMBERS = new Set(['code', 'msg', 'sub_code', 'sub_msg', 'trace_id']);

/** The same with every name as it is on the wire. */
const wireNames = value => {
  if (Array.isArray(value)) {
    return value.map(wireNames);
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  const wire = name => name.replace(/[A-Z]/g, big => `_${big.toLowerCase()}`);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [wire(name), wireNames(inner)]));
};

/** The names of all members of an answer, with the way to them, as the index of methods writes them. */
const namesOf = (value, above = '') => Object.entries(value).flatMap(([name, inner]) => {
  const here = `${above}${name}`;
  if (Array.isArray(inner)) {
    return [here, ...inner.filter(item => typeof item === 'object').flatMap(item => namesOf(item, `${here}[].`))];
  }
  return inner !== null && typeof inner === 'object' ? [here, ...namesOf(inner, `${here}.`)] : [here];
});

/** What was heard in a run: of refusals what a row expected, of members everything. */
export class Heard {
  constructor() {
    this.refusals = new Set();
    this.members = new Set();
    this.done = new Set();
  }

  refused(method, sub, version) {
    this.refusals.add(`${method} ${sub} ${version}`);
  }

  answered(method, answer, version) {
    for (const name of namesOf(answer)) {
      this.members.add(`${method} ${name} ${version}`);
    }
  }
}

/** One world with everything that rows share. */
export class Town {
  static async open() {
    const world = await startWorld();
    const ready = JSON.parse(readFileSync(world.readyFile, 'utf8'));
    const town = new Town(world, ready);
    const { methods } = await town.sandbox.send('/methods');
    town.methods = new Map(methods.map(method => [method.name, method]));
    // The store of orders that name one, so that answers tell its name.
    await town.sandbox.send('/stores', { user_id: town.house.sellerId, store_id: 'S1', store_name: '湖边店' });
    return town;
  }

  constructor(world, ready) {
    Object.assign(this, { world, ready, sandbox: new Sandbox(ready.sandbox), heard: new Heard() });
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.publicKey = pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    this.privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
    const entry = ready.apps.find(app => app.mode === 'key');
    this.house = { appId: entry.app_id, sellerId: entry.seller_id, sdk: sdkFor(entry, ready) };
    const cert = ready.apps.find(app => app.mode === 'cert');
    this.certHouse = { appId: cert.app_id, sellerId: cert.seller_id, sdk: sdkFor(cert, ready), entry: cert };
  }

  stop() {
    return this.world.stop();
  }

  /** A new merchant with an app, and `balance` of its own. */
  async shop(balance) {
    const login = `shop${newNumber()}@example.com`.toLowerCase();
    const made = await this.sandbox.send('/party', { kind: 'merchant', login, name: '茶馆', balance });
    return { ...await this.app(made.user_id), login, userId: made.user_id };
  }

  /** A new app of a merchant. */
  async app(sellerId) {
    const app = await this.sandbox.send('/app', { seller_id: sellerId, public_key: this.publicKey });
    return { appId: app.app_id, sellerId, sdk: this.sdk(app.app_id, app.platform_public_key) };
  }

  /** A shop that knows users by an open_id of its own. */
  async openHouse() {
    if (!this.open) {
      this.open = await this.shop('100.00');
      await this.sandbox.send('/app/settings', { app_id: this.open.appId, open_id: true });
    }
    return this.open;
  }

  sdk(appId, platformKey, more = {}) {
    const endpoint = this.ready.gateway.replace(/\/gateway\.do$/, '');
    return new AlipaySdk({ appId, privateKey: this.privateKey, keyType: 'PKCS8', alipayPublicKey: platformKey,
      gateway: this.ready.gateway, endpoint, timeout: 20_000, ...more });
  }

  advance(by) {
    return this.sandbox.send('/clock/advance', { by });
  }
}

/** What one row stands on: the interface by which it asks, and the parties that it made. */
export class Ground {
  constructor(town, version) {
    Object.assign(this, { town, version, sandbox: town.sandbox, house: town.house, parties: [] });
  }

  async buyer(balance = '10000.00') {
    const buyer = await this.sandbox.buyer(balance);
    this.parties.push(buyer.userId);
    return buyer;
  }

  async shop(balance) {
    const shop = await this.town.shop(balance);
    this.parties.push(shop.userId);
    return shop;
  }

  /** `normal`, `frozen` or `closed`. */
  status(party, status) {
    return this.sandbox.send('/party/status', { user_id: party.userId, status });
  }

  /** Two operators end the use of a product by a merchant without a contract: at the fee of the dated rules. */
  async endContract(shop, product) {
    const fee_ppm = product === 'transfer' ? 0 : 6000;
    const terms = { user_id: shop.userId, product, status: 'ended', fee_ppm, reason: 'ended' };
    const { version } = await this.sandbox.send('/contracts', { operator: 'ada', base_version: 0, ...terms });
    return this.sandbox.send('/contracts/approve', { operator: 'bea', version, ...terms });
  }

  payCode(buyer) {
    return this.sandbox.payCode(buyer.login);
  }

  /** What everybody of this row has, in order. */
  async balances() {
    const all = [];
    for (const user_id of this.parties) {
      const told = await this.sandbox.send('/topup', { user_id, amount: '0.01', key: 'what-is-there' })
        .catch(() => ({ balance: 'closed' }));
      all.push(told.balance);
    }
    return all;
  }

  /** One call: {outcome, code, answer, status}, the answer with the names of the wire, for either interface. */
  async call(shop, method, fields, more = {}) {
    const way = PAGES.has(method) ? 'byPage' : { v2: 'byExec', v3: 'byCurl' }[this.version];
    const told = await this[way](shop, method, fields, more);
    this.town.heard.answered(method, told.answer ?? {}, this.version);
    return told;
  }

  async byExec(shop, method, fields, { token, file, notifyUrl, unsure }) {
    const params = OWN_PARAMETERS.has(method) ? { ...fields } : { bizContent: fields };
    Object.assign(params, token && { appAuthToken: token }, notifyUrl && { notifyUrl });
    // The SDK looks for the signature of error_response in another node, and takes every failed token for forged.
    const options = { validateSign: !unsure && method !== 'alipay.system.oauth.token' };
    if (method === 'alipay.open.file.upload') {
      options.formData = new AlipayFormData();
      for (const [name, value] of Object.entries({ ...fields, ...token && { app_auth_token: token } })) {
        options.formData.addField(name, value);
      }
      if (file || unsure) {
        options.formData.addFile('file_content', file?.name ?? 'a.png', file?.bytes ?? Buffer.from('x'));
      }
    }
    const said = wireNames(await shop.sdk.exec(method, params, options));
    const answer = Object.fromEntries(Object.entries(said).filter(([name]) => !NOT_MEMBERS.has(name)));
    return { outcome: said.sub_code ?? said.code, code: said.code, answer, text: said.sub_msg };
  }

  /** As a browser follows the link that the SDK makes: sent on to a page, or shown why not. */
  async byPage(shop, method, fields, { token }) {
    const ask = { bizContent: fields, ...token && { appAuthToken: token } };
    const page = await fetch(shop.sdk.pageExecute(method, 'GET', ask), { redirect: 'manual' });
    if (page.status === 302) {
      return { outcome: '10000', code: '10000', answer: {}, to: page.headers.get('location') };
    }
    const text = await page.text();
    const [sub] = /(ACQ\.)?[A-Z][A-Z]+_[A-Z_]+|(isv|aop|isp)\.[a-z-]+/.exec(text) ?? [];
    const known = this.town.methods.get(method).refusals.find(one => one.sub_code === sub);
    return { outcome: sub, code: known?.code, answer: {}, text };
  }

  async byCurl(shop, method, fields, { token, file, notifyUrl, byPost }) {
    const byGet = BY_GET.has(method) && !byPost;
    const sent = Object.entries({ ...fields, ...notifyUrl && { notify_url: notifyUrl } })
      .filter(([, value]) => value !== undefined);
    const options = { [byGet ? 'query' : 'body']: Object.fromEntries(sent) };
    Object.assign(options, token && { appAuthToken: token });
    if (file) {
      options.form = new AlipayFormData();
      options.form.addFile('file_content', file.name, file.bytes);
    }
    const path = this.town.methods.get(method)?.v3 ?? `/v3/${method.replaceAll('.', '/')}`;
    try {
      const { data, responseHttpStatus } = await shop.sdk.curl(byGet ? 'GET' : 'POST', path, options);
      return { outcome: responseHttpStatus === 202 ? '10003' : '10000', status: responseHttpStatus, answer: data };
    } catch (error) {
      assert.ok(error.responseHttpStatus >= 400 && error.links?.length === 1 && error.traceId, error);
      return { outcome: error.code, status: error.responseHttpStatus, answer: {}, text: error.message };
    }
  }

  /** A call that prepares something and so must succeed; its answer. */
  async must(shop, method, fields, more) {
    const told = await this.call(shop, method, fields, more);
    assert.ok(['10000', '10003'].includes(told.outcome), `${method} ${this.version}: ${told.outcome} ${told.text}`);
    return told.answer;
  }

  /** A call that must be refused with a sub_code of the index, in the form of the interface. */
  async refused(shop, method, fields, sub, more, says) {
    const told = await this.call(shop, method, fields, more);
    const known = TOO_OLD[sub] ?? this.town.methods.get(method).refusals.find(one => one.sub_code === sub);
    assert.ok(known, `${method} has ${sub} in the index`);
    if (this.version === 'v2') {
      assert.deepEqual([told.code, told.outcome], [known.code, sub], told.text);
    } else {
      const plain = known.code === '20000' ? 'SYSTEM_ERROR' : sub.replace(/^(isv|aop|isp)\./, '');
      assert.deepEqual([told.status, told.outcome], [known.v3_status, plain], told.text);
    }
    const text = says ?? known.sub_msg.replace(/：?…$/, '');
    assert.ok(told.text.includes(text), `${told.text} says ${text}`);
    this.town.heard.refused(method, sub, this.version);
  }

  /** A paid order: {fields, tradeNo, buyer}. */
  async paid(shop, more = {}, buyer = undefined) {
    const payer = buyer ?? await this.buyer();
    const fields = { out_trade_no: newNumber(), total_amount: '10.00', subject: '茶', scene: 'bar_code',
      auth_code: await this.payCode(payer), ...more };
    const answer = await this.must(shop, 'alipay.trade.pay', fields);
    return { fields, tradeNo: answer.trade_no, number: fields.out_trade_no, buyer: payer };
  }
}
