// The key of a form: the same wish sent twice makes nothing twice, another wish is another one.

/** Bytes of chance in a key. Sixteen never meet. */
const KEY_BYTES = 16;

/** A new key, of letters that a header takes. Works without a secure context, where `randomUUID` is missing. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  return [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

/** One form's key: kept while what would be sent stays the same, made anew when it changes or was done. */
export class FormKey {
  private body = '';
  private key = newKey();

  /** The key to send with this body. */
  of(body: unknown): string {
    const text = JSON.stringify(body);
    if (this.body !== text) {
      this.key = this.body === '' ? this.key : newKey();
      this.body = text;
    }
    return this.key;
  }

  /** What was wished for is done: the next wish is a new one, even if it looks the same. */
  done(): void {
    this.body = '';
    this.key = newKey();
  }
}
