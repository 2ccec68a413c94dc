// /stores: the shops that orders are made in.
import { Button } from '@kit/desk/Button';
import { Dialog } from '@kit/desk/Dialog';
import { Field } from '@kit/desk/fields';
import { Badge, Code, Moment } from '@kit/desk/facts';
import { Form } from '@kit/desk/Form';
import { Icon } from '@kit/desk/Icon';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Loaded, Wrong } from '@kit/desk/states';
import { Table } from '@kit/desk/Table';
import { notice } from '@kit/notices';
import { sure } from '@kit/sure';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { calls, type Store } from '../calls';
import { refresh, storesQuery } from '../queries';
import { May, useSeller } from '../seller';
import { useShown } from '../shown';

function Add({ onClose }: { onClose: () => void }) {
  const { say } = useShown();
  const { id } = useSeller();
  const client = useQueryClient();
  const [store, setStore] = useState('');
  const [name, setName] = useState('');
  return (
    <Dialog title={say('stores.add')} onClose={onClose}>
      <Form
        go={say('staff.save')}
        isReady={/^[A-Za-z0-9_-]{1,32}$/.test(store) && name.trim() !== ''}
        send={() => calls.setStore(id, { store_id: store, store_name: name.trim() })}
        onDone={() => {
          notice(say('stores.saved'));
          refresh(client, id, 'stores');
          onClose();
        }}
        onWrong={() => refresh(client, id, 'stores')}
      >
        <Field
          label={say('stores.id')}
          text={say('stores.id_text')}
          value={store}
          onValue={text => setStore(text.trim())}
          name="store_id"
          maxLength={32}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
        <Field label={say('stores.name')} value={name} onValue={setName} name="store_name" maxLength={100} />
      </Form>
    </Dialog>
  );
}

function List({ rows }: { rows: readonly Store[] }) {
  const { say } = useShown();
  const { id, may } = useSeller();
  const client = useQueryClient();
  const closing = useMutation({
    mutationFn: (store: string) => calls.closeStore(id, store),
    onSuccess: () => notice(say('stores.closed')),
    onSettled: () => refresh(client, id, 'stores'),
  });
  const close = async (store: Store) => {
    const yes = say('stores.close');
    const text = say('stores.close_sure', { name: store.store_name });
    if (await sure({ title: yes, text, yes, no: say('desk.cancel'), isGrave: true })) {
      closing.mutate(store.store_id);
    }
  };
  return rows.length === 0 ? (
    <Empty words={say('stores.none')} />
  ) : (
    <>
      <Wrong thrown={closing.error} />
      <Table
        label={say('stores.title')}
        rows={rows}
        rowKey={store => store.store_id}
        columns={[
          { head: say('stores.name'), cell: store => store.store_name },
          { head: say('stores.id'), cell: store => <Code>{store.store_id}</Code> },
          {
            head: say('stores.state'),
            cell: store => (
              <Badge tone={store.closed_at ? 'plain' : 'good'}>
                {say(store.closed_at ? 'stores.closed_state' : 'stores.open_state')}
              </Badge>
            ),
          },
          { head: say('stores.opened'), cell: store => <Moment at={store.opened_at} /> },
          {
            head: say('desk.to_do'),
            isUnnamed: true,
            isEnd: true,
            cell: store =>
              may('set_stores') &&
              store.closed_at === null && (
                <Button
                  isSmall
                  kind="danger"
                  aria-label={say('desk.of', { what: say('stores.close'), name: store.store_name })}
                  onClick={() => void close(store)}
                >
                  {say('stores.close')}
                </Button>
              ),
          },
        ]}
      />
    </>
  );
}

export function Stores() {
  const { say } = useShown();
  const { id, may } = useSeller();
  const query = useQuery({ ...storesQuery(id), enabled: may('see_orders') });
  const [isAdding, setAdding] = useState(false);
  return (
    <Page
      title={say('stores.title')}
      text={say('stores.text')}
      actions={
        may('set_stores') && (
          <Button kind="primary" onClick={() => setAdding(true)}>
            <Icon name="plus" size={16} />
            {say('stores.add')}
          </Button>
        )
      }
    >
      <May act="see_orders">
        <Section>
          <Loaded query={query}>{rows => <List rows={rows} />}</Loaded>
        </Section>
      </May>
      {isAdding && <Add onClose={() => setAdding(false)} />}
    </Page>
  );
}
