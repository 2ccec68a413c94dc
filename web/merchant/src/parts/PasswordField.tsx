// The login password once more, before somebody gets a right to act for the merchant: whoever finds the desk open must
// not give it.
import { Field } from '@kit/desk/fields';
import { useShown } from '../shown';

export function PasswordField({ value, onValue }: { value: string; onValue: (text: string) => void }) {
  const { say } = useShown();
  return (
    <Field
      label={say('desk.password')}
      text={say('password.why')}
      value={value}
      onValue={onValue}
      name="own_password"
      type="password"
      autoComplete="current-password"
    />
  );
}
