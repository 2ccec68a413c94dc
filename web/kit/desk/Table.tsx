// Lists as tables: a row leads somewhere by the link in its first cell, also when it is clicked elsewhere. On a phone
// each row becomes a card, whose lines are named by the heads of the columns.
import type { ReactNode } from 'react';
import { Button } from './Button';
import { Go } from './Go';
import { Icon } from './Icon';
import { useDesk } from './shown';
import { Empty, Failed, Loading } from './states';

export interface Column<Row> {
  head: string;
  /** The head is for readers alone: buttons say what they do. */
  isUnnamed?: boolean;
  cell: (row: Row) => ReactNode;
  /** Figures stand at the end. */
  isEnd?: boolean;
  /** By what the API sorts, where it sorts by this column. */
  sort?: string;
  /** Left out on a phone. */
  isExtra?: boolean;
}

/** By what a list is sorted. */
export interface Sorting {
  by: string;
  isDown: boolean;
  onSort: (by: string, isDown: boolean) => void;
}

interface Props<Row> {
  /** What the table lists, for readers. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Where a row leads. */
  to?: (row: Row) => string | undefined;
  sorting?: Sorting;
  /** Marks a row. */
  tone?: (row: Row) => 'warn' | 'bad' | undefined;
  /** What is said when nothing is there. */
  empty?: ReactNode;
}

function Head<Row>({ column, sorting }: { column: Column<Row>; sorting: Sorting | undefined }) {
  const { say } = useDesk();
  const isSorted = sorting !== undefined && column.sort !== undefined && sorting.by === column.sort;
  const order = isSorted ? (sorting.isDown ? 'descending' : 'ascending') : undefined;
  const className = [column.isEnd ? 'end' : '', column.isExtra ? 'extra' : ''].filter(Boolean).join(' ') || undefined;
  const { sort } = column;
  return (
    <th scope="col" className={className} aria-sort={order}>
      {sorting && sort !== undefined ? (
        <button
          type="button"
          className="sort"
          title={say('desk.sort_by', { head: column.head })}
          onClick={() => sorting.onSort(sort, isSorted ? !sorting.isDown : true)}
        >
          {column.head}
          {isSorted && <Icon name={sorting.isDown ? 'down' : 'up'} size={14} />}
        </button>
      ) : column.isUnnamed ? (
        <span className="unseen">{column.head}</span>
      ) : (
        column.head
      )}
    </th>
  );
}

/** A table of rows that are there; without any it is no table. */
export function Table<Row>({ label, columns, rows, rowKey, to, sorting, tone, empty }: Props<Row>) {
  if (rows.length === 0) {
    return empty ?? <Empty />;
  }
  return (
    <div className="table-frame">
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            {columns.map(column => (
              <Head key={column.head} column={column} sorting={sorting} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(row => {
            const way = to?.(row);
            return (
              <tr key={rowKey(row)} className={[way ? 'leads' : '', tone?.(row) ?? ''].join(' ').trim() || undefined}>
                {columns.map((column, place) => (
                  <td
                    key={column.head}
                    className={[column.isEnd ? 'end' : '', column.isExtra ? 'extra' : ''].join(' ').trim() || undefined}
                    data-head={column.isUnnamed ? undefined : column.head}
                  >
                    {place === 0 && way ? (
                      <Go to={way} className="row-link">
                        {column.cell(row)}
                      </Go>
                    ) : (
                      column.cell(row)
                    )}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** What `useInfiniteQuery` gives, as far as it is looked at here. */
interface Paged<Page> {
  data: { pages: Page[] } | undefined;
  error: unknown;
  isError: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
  refetch: () => unknown;
}

interface PagedProps<Row, Page> extends Omit<Props<Row>, 'rows'> {
  query: Paged<Page>;
  rowsOf: (page: Page) => readonly Row[];
  /** Something was looked for. */
  isFiltered?: boolean;
}

/** A table that is asked for page by page. */
export function PagedTable<Row, Page>({ query, rowsOf, empty, isFiltered = false, ...table }: PagedProps<Row, Page>) {
  const { say } = useDesk();
  const again = () => void query.refetch();
  if (query.data === undefined) {
    return query.isError ? <Failed thrown={query.error} again={again} /> : <Loading lines={6} />;
  }
  const rows = query.data.pages.flatMap(page => [...rowsOf(page)]);
  // A page may be short, even empty, and not be the last: a filter looks at so many rows at a time.
  const words = query.hasNextPage ? say('desk.look_further') : isFiltered ? say('desk.nothing_found') : undefined;
  const none = words ? <Empty words={words} /> : empty;
  return (
    <>
      {query.isError && <Failed thrown={query.error} again={again} />}
      <Table {...table} rows={rows} empty={none} />
      {(rows.length > 0 || query.hasNextPage) && (
        <div className="table-foot">
          <span className="quiet" role="status">
            {say('desk.shown_count', { count: rows.length })}
          </span>
          {query.hasNextPage && (
            <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {say('desk.more')}
            </Button>
          )}
        </div>
      )}
    </>
  );
}
