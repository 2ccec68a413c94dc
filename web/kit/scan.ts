// Finds codes in pictures. Browsers that can do it themselves do; the others load a reader that comes with the wallet.
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url';

type Picture = ImageBitmap | HTMLVideoElement;

interface Reader {
  detect: (picture: Picture) => Promise<{ rawValue: string }[]>;
}

interface ReaderKind {
  new (options: { formats: string[] }): Reader;
  getSupportedFormats: () => Promise<string[]>;
}

/** What is looked for. */
const FORMAT = 'qr_code';

let loading: Promise<Reader> | undefined;

async function load(): Promise<Reader> {
  const own = (globalThis as { BarcodeDetector?: ReaderKind }).BarcodeDetector;
  if (own && (await own.getSupportedFormats()).includes(FORMAT)) {
    return new own({ formats: [FORMAT] });
  }
  const { BarcodeDetector, prepareZXingModule } = await import('barcode-detector/ponyfill');
  // Without this it would be loaded from somebody else's server.
  prepareZXingModule({ overrides: { locateFile: () => wasm } });
  return new BarcodeDetector({ formats: [FORMAT] }) as unknown as Reader;
}

/** The reader of codes; loaded once, and again when that failed. */
export function reader(): Promise<Reader> {
  loading ??= load().catch((thrown: unknown) => {
    loading = undefined;
    throw thrown;
  });
  return loading;
}

/** The text of a code in a picture; null when there is none. */
export async function codeIn(picture: Picture): Promise<string | null> {
  const found = await (await reader()).detect(picture);
  return found.find(one => one.rawValue)?.rawValue ?? null;
}
