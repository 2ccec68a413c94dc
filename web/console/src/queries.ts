// What the screens ask, by name. Whatever is decided makes old what it may have changed.
import { NOTED } from '@kit/desk/doing';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { look, type Looks } from './calls';
import { WHO } from './session';
import type { Paged } from './told';

/** Rows of a page. */
const PAGE = 20;
/** How often the state of the platform is looked at while it is shown. */
const LOOK_EVERY_MS = 5_000;

/** Who looks, and what that one may do. */
export const meQuery = queryOptions({
  queryKey: [WHO],
  queryFn: () => look('/ops/me'),
  // Somebody else may have signed in meanwhile.
  refetchOnWindowFocus: 'always',
});

type Parts = Record<string, string>;
type Filter = Partial<Record<string, string>>;

/** One thing that is looked at. */
export const one = <Path extends keyof Looks>(
  path: Path,
  { path: parts = {}, query = {} }: { path?: Parts; query?: Filter } = {},
) => queryOptions({ queryKey: [path, parts, query], queryFn: () => look(path, { path: parts, query }) });

/** A look that is noted: once for each time that somebody asks for it. */
export const noted = <Path extends keyof Looks>(
  path: Path,
  { path: parts = {}, query = {} }: { path?: Parts; query?: Filter } = {},
) =>
  queryOptions({
    queryKey: [NOTED, path, parts, query],
    queryFn: () => look(path, { path: parts, query }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    retry: false,
  });

/** Paths that answer page by page. */
type Lists = { [Path in keyof Looks]: Looks[Path] extends Paged ? Path : never }[keyof Looks];

/** A list, page by page. */
export const list = <Path extends Lists>(
  path: Path,
  { path: parts = {}, query = {} }: { path?: Parts; query?: Filter } = {},
) =>
  infiniteQueryOptions({
    queryKey: [path, parts, query],
    queryFn: ({ pageParam }) => look(path, { path: parts, query: { ...query, limit: PAGE, cursor: pageParam } }),
    initialPageParam: '',
    getNextPageParam: page => (page as Paged).next ?? undefined,
  });

/** How the platform is, looked at again and again. */
export const healthQuery = queryOptions({ ...one('/ops/health'), refetchInterval: LOOK_EVERY_MS });
