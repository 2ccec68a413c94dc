// Signs page orders and calls with node:crypto, so that the browser tests need no SDK.
import { createSign, createVerify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const canonical = params => Object.keys(params).filter(name => params[name] !== '').sort()
  .map(name => `${name}=${params[name]}`).join('&');

export class Gateway {
  constructor(entry, ready) {
    this.entry = entry;
    this.url = ready.gateway;
    this.key = readFileSync(entry.private_key_pkcs8, 'utf8');
    const text = readFileSync(entry.platform_public_key, 'utf8').trim();
    this.platformKey = text.startsWith('-----') ? text
      : `-----BEGIN PUBLIC KEY-----\n${text}\n-----END PUBLIC KEY-----`;
  }

  /** The signed parameters of a request. */
  signed(method, biz, more = {}) {
    const china = new Date(Date.now() + 8 * 3600_000).toISOString();
    const params = {
      app_id: this.entry.app_id, method, format: 'JSON', charset: 'utf-8', sign_type: 'RSA2', version: '1.0',
      timestamp: `${china.slice(0, 10)} ${china.slice(11, 19)}`, biz_content: JSON.stringify(biz), ...more };
    return { ...params, sign: createSign('RSA-SHA256').update(canonical(params)).sign(this.key, 'base64') };
  }

  /** The inner object of an answer. */
  async call(method, biz, more) {
    const body = new URLSearchParams(this.signed(method, biz, more));
    const answer = await (await fetch(this.url, { method: 'POST', body })).json();
    return answer[`${method.replaceAll('.', '_')}_response`] ?? answer.error_response;
  }

  /** A link that a shop sends its buyer to. */
  pageLink(method, biz, more) {
    return `${this.url}?${new URLSearchParams(this.signed(method, biz, more))}`;
  }

  /** Whether the platform signed these parameters (a return page or a notification). */
  verifies(params) {
    const { sign, sign_type: _, ...rest } = params;
    return createVerify('RSA-SHA256').update(canonical(rest)).verify(this.platformKey, sign, 'base64');
  }
}
