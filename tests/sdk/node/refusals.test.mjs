// For each method each refusal, one success and its repetition, over v2 by the official SDK and over v3 by its `curl`;
// at the end what was heard is held against the index of methods that the server itself tells.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Ground, Town, VERSIONS } from './refusals.mjs';
import { AGREEMENT_ROWS } from './refusals-agreements.mjs';
import { BILL_ROWS } from './refusals-bills.mjs';
import { FROZEN_ROWS } from './refusals-frozen.mjs';
import { GRANT_ROWS } from './refusals-grants.mjs';
import { ORDER_ROWS } from './refusals-orders.mjs';
import { SPLIT_ROWS } from './refusals-splits.mjs';
import { TRADE_ROWS } from './refusals-trades.mjs';
import { PEOPLE_ROWS } from './refusals-people.mjs';
import { TRANSFER_ROWS } from './refusals-transfers.mjs';
import { SUCCESSES } from './successes.mjs';
import { COMMON, ofTheCall } from './refusals-call.mjs';
import { asDocumented } from './refusals-documented.mjs';
import { COMMON_UNHEARD, covers, MEMBERS_UNHEARD, REFUSALS_UNHEARD } from './refusals-unheard.mjs';

const ROWS = [...ORDER_ROWS, ...TRADE_ROWS, ...FROZEN_ROWS, ...SPLIT_ROWS, ...AGREEMENT_ROWS, ...GRANT_ROWS,
  ...TRANSFER_ROWS, ...BILL_ROWS, ...PEOPLE_ROWS];
/** Methods that lead a person to a page or hand something to the wallet have no v3; the index is held to it below. */
const WITHOUT_V3 = /\.(app|page|wap)\.(pay|freeze|sign)$|open\.certify$/;
const versionsOf = method => VERSIONS.filter(version => version === 'v2' || !WITHOUT_V3.test(method));

let town;
before(async () => {
  town = await Town.open();
});
after(() => town?.stop());

const each = rows => rows.flatMap(row => versionsOf(row.method)
  .filter(version => (row.versions ?? VERSIONS).includes(version)).map(version => ({ row, version })));
const name = ({ row, version }) => `${row.method} ${row.sub} ${version}`;

async function isRefused(g, row, [shop, fields, more]) {
  await g.refused(shop, row.method, fields, row.sub, more, row.says);
}

// Each row has objects of its own, so that several run at once.
describe('refusals', { concurrency: 4 }, () => {
  for (const one of each(ROWS.filter(row => !row.later))) {
    test(name(one), async () => {
      const g = new Ground(town, one.version);
      await isRefused(g, one.row, await one.row.ask(g));
    });
  }
});

describe('successes, and the same once more', () => {
  for (const openId of [false, true]) {
    for (const { row, version } of each(SUCCESSES)) {
      test(`${row.method} ${version}${openId ? ', open_id' : ''}`, async () => {
        const g = new Ground(town, version);
        if (openId) {
          g.house = await town.openHouse();
        }
        const [shop, fields, more] = await row.ask(g);
        g.parties.push(shop.sellerId);
        const before = await g.balances();
        const first = await g.call(shop, row.method, fields, more);
        assert.equal(first.outcome, row.waits ? '10003' : '10000', first.text);
        const after = await g.balances();
        assert.equal(String(after) !== String(before), row.moves ?? false, `${before} became ${after}`);
        if (typeof row.again === 'string') {
          await g.refused(shop, row.method, fields, row.again, more);
        } else {
          // Once by the same interface, then by the others: they are two ways to one order.
          for (const other of [version, ...versionsOf(row.method).filter(one => one !== version)]) {
            g.version = other;
            const again = await g.call(shop, row.method, fields, more);
            assert.equal(again.outcome, first.outcome, again.text);
            const compared = answer => Object.fromEntries(
              Object.entries(answer).map(([member, value]) => [member, row.differs?.includes(member) ? '…' : value]));
            assert.deepEqual([compared(again.answer), again.to],
              [compared({ ...first.answer, ...row.again }), first.to], other);
          }
        }
        assert.deepEqual(await g.balances(), after, 'money moves once');
        town.heard.done.add(`${row.method} done ${version}`);
      });
    }
  }
});

ofTheCall(() => town, versionsOf);
asDocumented(() => town, versionsOf);

for (const span of [...new Set(ROWS.map(row => row.later).filter(Boolean))]) {
  describe(`refusals after ${span}`, () => {
    const prepared = new Map();
    const rows = each(ROWS.filter(row => row.later === span));
    before(async () => {
      for (const one of rows) {
        const g = new Ground(town, one.version);
        prepared.set(name(one), { g, asked: await one.row.ask(g) });
      }
      await town.advance(span);
    });
    for (const one of rows) {
      test(name(one), async () => {
        const { g, asked } = prepared.get(name(one));
        await isRefused(g, one.row, asked);
      });
    }
  });
}

describe('what was heard is what the index tells', () => {
  const index = () => [...town.methods.values()];
  /** What nobody heard, and no exception explains; and exceptions of which there is no need. */
  const unheard = (all, heard, exceptions) => {
    const missing = all.filter(one => !heard.has(one));
    const needless = Object.keys(exceptions).filter(one => !missing.some(name => covers(one, name)));
    const unexplained = missing.filter(name => !Object.keys(exceptions).some(one => covers(one, name)));
    assert.deepEqual({ unexplained, needless }, { unexplained: [], needless: [] });
  };
  const onEach = (method, names) => versionsOf(method.name)
    .flatMap(version => names.map(name => `${method.name} ${name} ${version}`));

  test('the methods without v3', () => {
    for (const { name: method, v3 } of index()) {
      assert.equal(v3 === null, WITHOUT_V3.test(method), method);
    }
  });

  test('every refusal', () => {
    const all = index().flatMap(method => onEach(method, method.refusals.map(refusal => refusal.sub_code)));
    unheard(all, town.heard.refusals, REFUSALS_UNHEARD);
  });

  test('a success of every method', () => {
    unheard(index().flatMap(method => onEach(method, ['done'])), town.heard.done, {});
  });

  test('what every call is refused for, of every method', () => {
    unheard(index().flatMap(method => onEach(method, COMMON)), town.heard.refusals, COMMON_UNHEARD);
  });

  test('every member', () => {
    const names = ({ name: member, holds }) => {
      const [, open] = /^in open_id mode ([a-z_]+)$/.exec(holds) ?? [];
      return open ? [member, member.replace(/[a-z_]+$/, open)] : [member];
    };
    const all = index().flatMap(method => onEach(method, method.answers.flatMap(names)));
    unheard(all, town.heard.members, MEMBERS_UNHEARD);
  });
});
