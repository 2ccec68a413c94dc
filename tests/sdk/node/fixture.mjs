// The SDK under test, set up from an entry of the ready file.
import { readFileSync } from 'node:fs';
import { AlipaySdk } from 'alipay-sdk';

export { newNumber, PAY_PASSWORD, Sandbox, startMerchant, startServer } from './server.mjs';

/** The unmodified SDK for an entry of apps[]; every kind of key file is used once. */
export function sdkFor(entry, ready, more = {}) {
  const read = name => readFileSync(entry[name], 'utf8');
  const certificates = entry.mode === 'cert'
    ? { appCertPath: entry.app_cert, alipayPublicCertPath: entry.platform_cert, alipayRootCertPath: entry.root_cert }
    : { alipayPublicKey: read('platform_public_key') };
  const key = entry.mode === 'cert'
    ? { keyType: 'PKCS1', privateKey: read('private_key_pkcs1') }
    : { keyType: 'PKCS8', privateKey: read('private_key_pkcs8') };
  return new AlipaySdk({
    appId: entry.app_id, gateway: ready.gateway, endpoint: ready.gateway.replace(/\/gateway\.do$/, ''), timeout: 20_000,
    ...key, ...certificates, ...more });
}
