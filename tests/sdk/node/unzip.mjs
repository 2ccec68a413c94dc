// Reads a ZIP by its directory, as any program does that knows nothing of who made it.
import assert from 'node:assert/strict';
import { crc32, inflateRawSync } from 'node:zlib';

/** [{name, bytes, flags}]; names are the bytes of the archive, decoded as GBK. */
export function unzip(zip) {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  assert.ok(end >= 0, 'it is a ZIP');
  const files = [];
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count -= 1) {
    assert.equal(zip.readUInt32LE(at), 0x02014b50);
    const [flags, method, crc] = [zip.readUInt16LE(at + 8), zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 16)];
    const [packed, size] = [zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 24)];
    const [name, extra, comment] = [28, 30, 32].map(place => zip.readUInt16LE(at + place));
    const local = zip.readUInt32LE(at + 42);
    const begins = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const content = zip.subarray(begins, begins + packed);
    assert.ok([0, 8].includes(method));
    const bytes = method === 8 ? inflateRawSync(content) : content;
    assert.deepEqual([bytes.length, crc32(bytes)], [size, crc]);
    files.push({ name: new TextDecoder('gbk', { fatal: true }).decode(zip.subarray(at + 46, at + 46 + name)),
      bytes, flags });
    at += 46 + name + extra + comment;
  }
  return files;
}
