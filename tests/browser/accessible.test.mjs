// The pages that the server writes can be used by everybody: the buyer's pages without a script, the cashier, the pages
// to agree on, and those of a sandbox world, in both languages, at the width of a phone and of a desktop, by somebody
// who is signed in and by a stranger. The apps and the shop are looked at where their tests visit them.
import { after, before, test } from 'node:test';
import { accessible } from './chromium.mjs';
import { APPS, everyPage } from './pages.mjs';
import { PAY_PASSWORD, person, signIn } from './passkey.mjs';
import { base, begin, end, open, sandbox } from './wallet.mjs';

before(begin);

after(end);

for (const locale of ['zh-CN', 'en-US']) {
  test(`no page that the server writes keeps anybody out (${locale})`, async t => {
    const buyer = await person(base, sandbox);
    const pages = Object.entries(await everyPage(buyer, PAY_PASSWORD))
      .filter(([name]) => !APPS.some(app => name.endsWith(app)));
    // The gateway's page of an error forbids every script to run, that which looks for findings too.
    const stranger = await open(t, { locale, bypassCSP: true });
    for (const [name, address] of pages.filter(([name]) => !name.startsWith('/sandbox'))) {
      await stranger.goto(address);
      await accessible(stranger, `${name}, seen by a stranger,`);
    }
    const page = await open(t, { locale, bypassCSP: true });
    await page.goto(`${base}/wallet`);
    await signIn(page, buyer);
    for (const [name, address] of pages) {
      await page.goto(address);
      await accessible(page, name);
    }
  });
}
