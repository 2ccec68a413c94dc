// /trail: what operators did, each note chained to the one before.
import { Button } from '@kit/desk/Button';
import { Badge, Code, KeyValues, Moment, type Tone } from '@kit/desk/facts';
import { Copy } from '@kit/desk/CodeBlock';
import { Dialog } from '@kit/desk/Dialog';
import { CheckField } from '@kit/desk/fields';
import { Page, Section } from '@kit/desk/Page';
import { Empty } from '@kit/desk/states';
import { PagedTable } from '@kit/desk/Table';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Allowed } from '../parts/Allowed';
import { Who } from '../parts/links';
import { list } from '../queries';
import { useShown } from '../shown';
import type { Note } from '../told';

const REFUSED = 'refused:';

/** How an act ended: the second of its notes, where there is one. */
const endOf = (note: Note) => (note.asked_no === null ? (note.ended ?? note.outcome) : note.outcome);

/** What came of it. Without a note of that, or without an answer, nobody knows: that is no refusal. */
function Outcome({ of: outcome }: { of: string }) {
  const { say, named } = useShown();
  if (outcome.startsWith(REFUSED)) {
    return <Badge tone="bad">{say('trail.refused', { code: outcome.slice(REFUSED.length) })}</Badge>;
  }
  const tone: Tone = outcome === 'done' ? 'good' : 'wait';
  return <Badge tone={tone}>{named('outcome', outcome)}</Badge>;
}

function Notes() {
  const { say } = useShown();
  const [open, setOpen] = useState<Note>();
  const [isWhole, setWhole] = useState(false);
  const notes = useInfiniteQuery(list('/ops/trail'));
  const head = notes.data?.pages[0];
  return (
    <Section>
      <CheckField label={say('trail.whole')} text={say('trail.whole_text')} checked={isWhole} onValue={setWhole} />
      <PagedTable
        label={say('trail.title')}
        query={notes}
        rowsOf={page => page.notes.filter(note => isWhole || note.asked_no === null)}
        rowKey={row => String(row.number)}
        empty={<Empty words={say('trail.none')} />}
        columns={[
          { head: say('trail.act'), cell: row => <Code>{row.act}</Code> },
          { head: say('trail.subject'), cell: row => <Code>{row.subject}</Code> },
          { head: say('trail.who'), cell: row => <Who name={row.operator} /> },
          { head: say('trail.outcome'), cell: row => <Outcome of={endOf(row)} /> },
          { head: say('time'), cell: row => <Moment at={row.at} isWhole /> },
          {
            head: say('number'),
            cell: row => (
              <Button isSmall onClick={() => setOpen(row)}>
                {say('trail.note', { number: row.number })}
              </Button>
            ),
            isEnd: true,
          },
        ]}
      />
      {head?.last_hash && (
        <p className="quiet">
          {say('trail.last', { number: head.last })} <Code>{head.last_hash}</Code> <Copy text={head.last_hash} />
        </p>
      )}
      {open && (
        <Dialog title={say('trail.note', { number: open.number })} onClose={() => setOpen(undefined)} isWide>
          <KeyValues
            of={[
              { name: say('trail.act'), value: <Code>{open.act}</Code> },
              { name: say('trail.subject'), value: <Code>{open.subject}</Code> },
              { name: say('trail.who'), value: <Who name={open.operator} /> },
              { name: say('trail.outcome'), value: <Outcome of={endOf(open)} /> },
              { name: say('time'), value: <Moment at={open.at} isWhole /> },
              open.asked_no !== null && {
                name: say('trail.asked'),
                value: say('trail.note', { number: open.asked_no }),
              },
              { name: say('trail.digest'), value: <Code>{open.digest}</Code> },
              { name: say('trail.previous'), value: <Code>{open.previous}</Code> },
              { name: say('trail.hash'), value: <Code>{open.hash}</Code> },
            ]}
          />
        </Dialog>
      )}
    </Section>
  );
}

export function Trail() {
  const { say } = useShown();
  return (
    <Page title={say('trail.title')} text={say('trail.text')}>
      <Allowed act="see_trail">
        <Notes />
      </Allowed>
    </Page>
  );
}
