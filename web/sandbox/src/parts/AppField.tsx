// A choice among the apps of the world, or all of them.
import { ChoiceField } from '@kit/desk/fields';
import { Failed } from '@kit/desk/states';
import { useQuery } from '@tanstack/react-query';
import { demoQuery } from '../queries';
import { useShown } from '../shown';

interface Props {
  value: string;
  onValue: (app: string) => void;
  /** An app that may be none of the seeding. */
  also?: string | undefined;
}

export function AppField({ value, onValue, also }: Props) {
  const { say } = useShown();
  const demo = useQuery(demoQuery);
  const apps = demo.data?.apps ?? [];
  const known = apps.map(app => ({ value: app.app_id, label: `${app.app_id} · ${app.seller_name}` }));
  const more = [also, value].filter(app => app && !known.some(one => one.value === app));
  if (demo.isError && demo.data === undefined) {
    return <Failed thrown={demo.error} again={() => void demo.refetch()} />;
  }
  return (
    <ChoiceField
      label={say('app')}
      name="app"
      value={value}
      onValue={onValue}
      options={[
        { value: '', label: say('app.all') },
        ...known,
        ...[...new Set(more)].map(app => ({ value: app ?? '', label: app ?? '' })),
      ]}
    />
  );
}
