// Compares what the mock says with the shapes of api/openapi.json.
import { readFileSync } from 'node:fs';

/** The description of the portal API. */
export const api = JSON.parse(readFileSync(new URL('../api/openapi.json', import.meta.url), 'utf8'));

const KINDS = {
  string: value => typeof value === 'string',
  boolean: value => typeof value === 'boolean',
  integer: value => Number.isInteger(value),
  object: value => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: value => Array.isArray(value),
  null: value => value === null,
};

/** One shape out of all parts of it: what `$ref` names and what `allOf` adds up. */
function whole(schema) {
  const { $ref, allOf = [], ...own } = schema;
  const parts = [...($ref ? [api.components.schemas[$ref.split('/').at(-1)]] : []), ...allOf].map(whole);
  return [...parts, own].reduce((all, part) => ({
    ...all,
    ...part,
    ...(all.properties || part.properties ? { properties: { ...all.properties, ...part.properties } } : {}),
    ...(all.required || part.required ? { required: [...(all.required ?? []), ...(part.required ?? [])] } : {}),
  }));
}

/** What is wrong with a value, each with its place. */
export function wrongs(schema, value, at = '') {
  const shape = whole(schema);
  if (shape.oneOf) {
    const tries = shape.oneOf.map(one => wrongs(one, value, at));
    return tries.some(one => one.length === 0) ? [] : tries.toSorted((a, b) => a.length - b.length)[0];
  }
  if (shape.enum) {
    return shape.enum.includes(value) ? [] : [`${at} is ${JSON.stringify(value)}`];
  }
  const types = [shape.type ?? []].flat();
  if (types.length > 0 && !types.some(type => KINDS[type](value))) {
    return [`${at} is ${JSON.stringify(value)} and no ${types}`];
  }
  if (KINDS.array(value)) {
    return value.flatMap((one, place) => wrongs(shape.items, one, `${at}[${place}]`));
  }
  if (!KINDS.object(value) || !shape.properties) {
    return [];
  }
  const missing = (shape.required ?? []).filter(name => !(name in value)).map(name => `${at}.${name} is missing`);
  return Object.entries(value).reduce((found, [name, one]) => {
    const known = shape.properties[name];
    return [...found, ...(known ? wrongs(known, one, `${at}.${name}`) : [`${at}.${name} is too much`])];
  }, missing);
}
