// Types of the portal API out of its description: kit/api/schema.ts. A test of the crate portal writes the description;
// nobody edits the types.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const PREFIX = '/api/v1';
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];
const at = name => new URL(`../${name}`, import.meta.url);

/** The same description with paths below the prefix, and without the key that the kit sends by itself. */
export function asTheKitAsks(told) {
  const paths = Object.entries(told.paths).map(([path, calls]) => {
    const isKey = one => one.in === 'header' && one.name?.toLowerCase() === 'idempotency-key';
    const kept = Object.entries(calls).map(([name, call]) => {
      if (!METHODS.includes(name) || !call.parameters) {
        return [name, call];
      }
      return [name, { ...call, parameters: call.parameters.filter(one => !isKey(one)) }];
    });
    return [path.startsWith(`${PREFIX}/`) ? path.slice(PREFIX.length) : path, Object.fromEntries(kept)];
  });
  return { ...told, paths: Object.fromEntries(paths) };
}

const told = asTheKitAsks(JSON.parse(await readFile(at('api/openapi.json'), 'utf8')));
const types = astToString(await openapiTS(told, { emptyObjectsUnknown: true, alphabetize: true }));
await writeFile(at('kit/api/schema.ts'), `// Made of api/openapi.json by \`npm run api\`.\n${types}`);
