// The store that an order is made in; nothing where the merchant has none, or whoever asks may not see them. That they
// cannot be told is not that there are none.
import { ChoiceField } from '@kit/desk/fields';
import { Loaded } from '@kit/desk/states';
import { useQuery } from '@tanstack/react-query';
import { storesQuery } from '../queries';
import { useSeller } from '../seller';
import { useShown } from '../shown';

export function StoreField({ value, onValue }: { value: string; onValue: (store: string) => void }) {
  const { say } = useShown();
  const { id, may } = useSeller();
  const stores = useQuery({ ...storesQuery(id), enabled: may('see_orders') });
  if (!may('see_orders')) {
    return null;
  }
  return (
    <Loaded query={stores} lines={1}>
      {found => {
        const open = found.filter(store => store.closed_at === null);
        return open.length === 0 ? null : (
          <ChoiceField
            label={say('till.store')}
            value={value}
            onValue={onValue}
            name="store"
            options={[
              { value: '', label: say('till.no_store') },
              ...open.map(store => ({ value: store.store_id, label: store.store_name })),
            ]}
          />
        );
      }}
    </Loaded>
  );
}
