// /export: the bills of some days as a table, and a copy of all that is kept. Both come as files.
import { addressOf } from '@kit/api/client';
import { askFile } from '@kit/api/ask';
import { Field } from '@kit/Field';
import { keepFile } from '@kit/keep-file';
import { notice } from '@kit/notices';
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd-mobile';
import { useState } from 'react';
import { offered, wrongWith } from '../exporting';
import { Choice } from '../parts/Choice';
import { Form, useFieldsSaid } from '../parts/Form';
import { Page } from '../parts/Page';
import { OutRow } from '../parts/Row';
import { Wrong } from '../parts/states';
import { BILL_KINDS, type BillKind } from '../queries';
import { useShown } from '../shown';

function Table() {
  const { say } = useShown();
  const [days, setDays] = useState(offered);
  const [kind, setKind] = useState<BillKind | ''>('');
  const { said, under } = useFieldsSaid('first', 'last');
  const wrong = wrongWith(days);
  return (
    <section className="panel" aria-labelledby="export-bills">
      <h2 id="export-bills">{say('export.bills')}</h2>
      <p className="quiet">{say('export.bills_text')}</p>
      <Form
        go={say('export.go')}
        isReady={wrong === null}
        said={said}
        send={() => askFile('/me/bills/export', { ...days, kind })}
        onDone={({ name, blob }) => {
          keepFile(name || `tongbao-bills-${days.first}-${days.last}.csv`, blob, 'text/csv;charset=utf-8');
          notice(say('export.done'));
        }}
      >
        <Field
          label={say('export.first')}
          type="date"
          name="first"
          value={days.first}
          onValue={first => setDays({ ...days, first })}
          required
          {...under('first')}
        />
        <Field
          label={say('export.last')}
          type="date"
          name="last"
          value={days.last}
          onValue={last => setDays({ ...days, last })}
          required
          {...(wrong ? { wrong: say(wrong) } : under('last'))}
        />
        <Choice
          label={say('bills.filter')}
          value={kind}
          onValue={setKind}
          options={[
            { value: '', label: say('all') },
            ...BILL_KINDS.map(value => ({ value, label: say(`bill.kind.${value}`) })),
          ]}
        />
      </Form>
    </section>
  );
}

function Everything() {
  const { say } = useShown();
  const asking = useMutation({
    mutationFn: () => askFile('/me/data'),
    onSuccess: ({ blob }) => {
      keepFile(`tongbao-data-${offered().last}.json`, blob, 'application/json');
      notice(say('export.done'));
    },
  });
  return (
    <section className="panel" aria-labelledby="export-data">
      <h2 id="export-data">{say('export.data')}</h2>
      <p className="quiet">{say('export.data_text')}</p>
      <Wrong thrown={asking.error} />
      <Button block size="large" loading={asking.isPending} onClick={() => asking.mutate()}>
        {say('export.data_go')}
      </Button>
    </section>
  );
}

export function Export() {
  const { say } = useShown();
  return (
    <Page title={say('export.title')} up="/me">
      <Table />
      <Everything />
      <section className="panel list">
        <ul>
          <OutRow href={addressOf('wallet/export')} title={say('export.books')} text={say('export.books_text')} />
        </ul>
      </section>
    </Page>
  );
}
