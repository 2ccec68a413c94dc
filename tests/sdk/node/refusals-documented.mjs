// The codes that the public documents list for each method, held against the index and against the page of codes that
// are not answered; and the name under which each method tells that an outcome is not known.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { DOCUMENTED } from './documented-codes.mjs';
import { Ground } from './refusals.mjs';

const PAGE = new URL('../../../docs/guide/codes-not-here.md', import.meta.url);
const UNKNOWN = ['ACQ.SYSTEM_ERROR', 'SYSTEM_ERROR', 'isp.unknow-error'];

const codesOf = method => DOCUMENTED[method].trim().split(/\s+/);

/** `METHOD CODE` for every line of the page. */
function notHere() {
  const lines = [...readFileSync(PAGE, 'utf8').matchAll(/^\| `([A-Za-z._-]+)` \| (.+) \|$/gm)];
  return lines.flatMap(([, code, methods]) => methods.replaceAll('`', '').split(', ')
    .map(name => `alipay.${name} ${code}`));
}

export function asDocumented(town, versionsOf) {
  describe('what the documents list', () => {
    test('each code is answered by its method, or stands on the page with a reason', () => {
      const missing = Object.keys(DOCUMENTED).flatMap(method => {
        const known = new Set(town().methods.get(method).refusals.map(refusal => refusal.sub_code));
        return codesOf(method).filter(code => !known.has(code)).map(code => `${method} ${code}`);
      });
      assert.deepEqual(notHere().sort(), missing.sort());
    });

    test('an outcome that is not known has the name that the documents have for it', async () => {
      for (const { name: method, example } of town().methods.values()) {
        for (const version of versionsOf(method)) {
          const g = new Ground(town(), version);
          await g.sandbox.send('/faults', { fault: 'error-before', app_id: g.house.appId, method, next: 1 });
          const told = await g.call(g.house, method, JSON.parse(example), { unsure: true });
          const all = method.endsWith('.bill.downloadurl.query') ? ['UNKNOWN_ERROR'] : UNKNOWN;
          const names = all.filter(name => !DOCUMENTED[method] || codesOf(method).includes(name));
          if (version === 'v3') {
            assert.deepEqual([told.status, told.outcome], [500, 'SYSTEM_ERROR'], method);
          } else if (names.length > 0) {
            assert.ok(names.includes(told.outcome), `${method} says ${told.outcome}, and not ${names}`);
          } else {
            assert.ok(UNKNOWN.includes(told.outcome), `${method} says ${told.outcome}`);
          }
        }
      }
    });
  });
}
