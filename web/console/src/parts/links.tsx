// Numbers that lead to what they name.
import { Code, NoValue } from '@kit/desk/facts';
import { addressWith, Go } from '@kit/desk/Go';
import { useMe } from '../me';
import { useShown } from '../shown';

/** How user ids begin. */
const USER = /^2088\d{12}$/;

/** A party, by its user id. */
export function PartyLink({ id }: { id: string | null | undefined }) {
  if (!id) {
    return <NoValue />;
  }
  return USER.test(id) ? (
    <Go to={`/parties/${id}`}>
      <Code>{id}</Code>
    </Go>
  ) : (
    <Code>{id}</Code>
  );
}

/** An operator: its name, which is its user id, and whether it is whoever looks. */
export function Who({ name }: { name: string | null | undefined }) {
  const me = useMe();
  const { say } = useShown();
  return (
    <span>
      <PartyLink id={name} />
      {name === me.user_id && <span className="quiet"> ({say('you')})</span>}
    </span>
  );
}

/** An order, by its trade number. */
export function OrderLink({ no }: { no: string | null | undefined }) {
  return no ? (
    <Go to={`/orders/${no}`}>
      <Code>{no}</Code>
    </Go>
  ) : (
    <NoValue />
  );
}

/** An account, by its number. */
export function AccountLink({ id }: { id: string }) {
  return (
    <Go to={`/ledger/accounts/${id}`}>
      <Code>{id}</Code>
    </Go>
  );
}

/** The address of a list with its filter. */
export { addressWith };
