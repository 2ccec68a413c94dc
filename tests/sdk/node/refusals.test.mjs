// For each method each refusal, over v2 by the official SDK and over v3 by its `curl`; at the end what was heard is
// held against the index of methods that the server itself tells.
import { after, before, describe, test } from 'node:test';
import { Ground, Town, VERSIONS } from './refusals.mjs';
import { ORDER_ROWS } from './refusals-orders.mjs';
import { AGREEMENT_ROWS } from './refusals-agreements.mjs';
import { FROZEN_ROWS } from './refusals-frozen.mjs';
import { GRANT_ROWS } from './refusals-grants.mjs';
import { SPLIT_ROWS } from './refusals-splits.mjs';
import { TRADE_ROWS } from './refusals-trades.mjs';

const ROWS = [...ORDER_ROWS, ...TRADE_ROWS, ...FROZEN_ROWS, ...SPLIT_ROWS, ...AGREEMENT_ROWS, ...GRANT_ROWS];
/** Methods that lead a person to a page or hand something to the wallet have no v3. */
const WITHOUT_V3 = /\.(app|page|wap)\.(pay|freeze|sign)$|open\.certify$/;
const versionsOf = method => VERSIONS.filter(version => version === 'v2' || !WITHOUT_V3.test(method));

let town;
before(async () => {
  town = await Town.open();
});
after(() => town?.stop());

const each = rows => rows.flatMap(row => versionsOf(row.method).map(version => ({ row, version })));
const name = ({ row, version }) => `${row.method} ${row.sub} ${version}`;
const check = async (g, row, asked) => {
  const [shop, fields, more] = typeof asked === 'function' ? await asked() : asked;
  await g.refused(shop, row.method, fields, row.sub, more);
};

describe('now', () => {
  for (const one of each(ROWS.filter(row => !row.later))) {
    test(name(one), async () => {
      const g = new Ground(town, one.version);
      await check(g, one.row, await one.row.ask(g));
    });
  }
});

for (const span of [...new Set(ROWS.map(row => row.later).filter(Boolean))]) {
  describe(`after ${span}`, () => {
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
        await check(g, one.row, asked);
      });
    }
  });
}
