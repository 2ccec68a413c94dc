// What a call answers, as desks take it: typed by openapi.json. What is absent is told as null, and never left out.
import type { SuccessResponseJSON } from 'openapi-typescript-helpers';
import type { paths } from './schema';

/** Calls of a method. */
export type PathsOf<Method extends 'get' | 'post'> = {
  [Path in keyof paths]: [NonNullable<paths[Path][Method]>] extends [never] ? never : Path;
}[keyof paths];

/** What a call answers when it was done. */
export type Answer<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends infer Call
  ? Call extends Record<string | number, unknown>
    ? Told<SuccessResponseJSON<Call>>
    : never
  : never;

/** The body that a call takes. */
export type Wish<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  requestBody: { content: { 'application/json': infer Body } };
}
  ? Body
  : never;

/** No member is left out: the description marks those as optional that may be null. */
export type Told<T> = T extends (infer Row)[]
  ? Told<Row>[]
  : T extends object
    ? { [Name in keyof T]-?: Told<Exclude<T[Name], undefined>> }
    : T;
