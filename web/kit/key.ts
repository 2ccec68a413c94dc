// The key of a form: the same wish sent twice makes nothing twice, another wish is another one.
import { asProblem } from './problem';

/** What the platform says of a key that stands for something else. */
const TAKEN = ['key_reused', 'key_taken'];
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

  /** Sends with the key of this body. One that stands for something else already is given up, or else the form could
   *  never be sent again. */
  async send<T>(body: unknown, sending: (key: string) => Promise<T>): Promise<T> {
    try {
      return await sending(this.of(body));
    } catch (thrown) {
      if (TAKEN.includes(asProblem(thrown).code)) {
        this.done();
      }
      throw thrown;
    }
  }

  /** What was wished for is done: the next wish is a new one, even if it looks the same. */
  done(): void {
    this.body = '';
    this.key = newKey();
  }
}
