// The official SDK, set up from what `tongbao up --ready FILE` wrote. Address and keys are all that differ from the
// SDK's own examples. A real shop reads its private key from a vault, not from a file.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AlipaySdk } from 'alipay-sdk';

/** How long a call may take. After that its outcome is unknown, which is not the same as failed. */
const CALL_LIMIT_MS = 10_000;

/** The answer that stands for none: the SDK threw, or the signature of what came was wrong. */
const UNKNOWN = { code: '20000', msg: 'no answer' };

export class Platform {
  constructor(readyFile) {
    const ready = JSON.parse(readFileSync(readyFile, 'utf8'));
    const app = ready.apps.find(one => one.mode === 'key' && one.sign_type === 'RSA2' && one.private_key_pkcs8);
    if (!app) {
      throw new Error(`${readyFile} names no app with a public key (RSA2) whose private key is here`);
    }
    const platformKey = readFileSync(app.platform_public_key, 'utf8');
    this.appId = app.app_id;
    this.sellerId = app.seller_id;
    /** Only for the box that tells a visitor how to play the buyer. */
    this.buyers = ready.buyers;
    this.site = new URL(ready.base_url ?? ready.gateway).origin;
    /** Where a form of ours may lead a browser to. */
    this.origins = [...new Set([this.site, new URL(ready.gateway).origin])];
    /** Each platform has a key of its own, so this names it. */
    this.world = createHash('sha256').update(`${app.app_id}\n${platformKey}`).digest('hex').slice(0, 32);
    this.sdk = new AlipaySdk({
      appId: app.app_id,
      gateway: ready.gateway,
      timeout: CALL_LIMIT_MS,
      keyType: 'PKCS8',
      privateKey: readFileSync(app.private_key_pkcs8, 'utf8'),
      alipayPublicKey: platformKey,
    });
  }

  /** One call; the answer's signature is verified. Never throws: no answer is answered as unknown. */
  async call(method, bizContent, more = {}) {
    try {
      return await this.sdk.exec(method, { bizContent, ...more }, { validateSign: true });
    } catch (error) {
      // Not error.message: the SDK puts what was signed into it, and logs hold no signatures.
      console.error(`${method}: no answer that counts (${error.cause?.code ?? error.name})`);
      return UNKNOWN;
    }
  }

  /** A signed link for the buyer's browser. */
  link(method, bizContent, more) {
    return this.sdk.pageExec(method, 'GET', { bizContent, ...more });
  }

  /** Whether the platform signed these parameters of a notification. */
  signed(params) {
    try {
      return this.sdk.checkNotifySignV2(params);
    } catch {
      return false; // what cannot be read was not signed
    }
  }
}
