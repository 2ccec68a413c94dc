// The calls of `/api/v1/ops`, typed by openapi.json: what each answers to which path, and what each act takes.
import type { Answer, PathsOf, Wish } from '@kit/api/answers';
import { ask, type Query } from '@kit/api/ask';
import { piece } from '@kit/api/pieces';
import type { Looks } from './told';

export type { Looks } from './told';

type ActPath = Extract<PathsOf<'post'>, `/ops/${string}`>;
type Review = '/ops/applications/{login}/claim';

/** What can be done: what is sent, and what comes of it. */
export type Acts = { [Path in ActPath]: [Wish<Path, 'post'>, Answer<Path, 'post'>] } & {
  /** One call for each act, all alike. */
  '/ops/applications/{login}/{act}': [Wish<Review, 'post'>, Answer<Review, 'post'>];
};

type Parts = Record<string, string>;

/** A path with what it is about. */
const filled = (path: string, parts: Parts) =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => piece(parts[name] ?? ''));

/** Looks at something. */
export const look = <Path extends keyof Looks>(
  path: Path,
  { path: parts = {}, query = {} }: { path?: Parts; query?: Query } = {},
): Promise<Looks[Path]> => ask('get', filled(path, parts), { query });

/** Does something, once: nothing that changes something is sent again by itself. */
export const act = <Path extends keyof Acts>(
  path: Path,
  body: Acts[Path][0],
  parts: Parts = {},
): Promise<Acts[Path][1]> => ask('post', filled(path, parts), { body });

/** Ends a fault. */
export const endFault = (no: number): Promise<unknown> => ask('delete', `/ops/world/faults/${no}`);
