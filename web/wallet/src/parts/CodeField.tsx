// Asks for a code that goes to an address, and takes it.
import { api, told } from '@kit/api/client';
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd-mobile';
import { useEffect, useState } from 'react';
import { LastMessage } from '../sandbox';
import { useShown } from '../shown';
import { DigitsField } from './Field';
import { Wrong } from './states';

type Purpose = 'register' | 'sign_in' | 'login_password' | 'pay_password';

interface Props {
  to: string;
  purpose: Purpose;
  value: string;
  onValue: (code: string) => void;
}

/** The code of an address, with the button that sends it. */
export function CodeField({ to, purpose, value, onValue }: Props) {
  const { say } = useShown();
  const [sent, setSent] = useState(0);
  const [seconds, setSeconds] = useState(0);
  const sending = useMutation({
    mutationFn: () => told(api.POST('/challenges', { body: { to: to.trim(), purpose } })),
    onSuccess: challenge => {
      setSent(before => before + 1);
      setSeconds(Number(challenge.resend_after_s));
    },
  });
  useEffect(() => {
    const timer = seconds > 0 ? setTimeout(() => setSeconds(seconds - 1), 1_000) : undefined;
    return () => clearTimeout(timer);
  }, [seconds]);
  return (
    <>
      <div className="code">
        <DigitsField
          label={say('code.label')}
          value={value}
          onValue={onValue}
          autoComplete="one-time-code"
          name="code"
          required
        />
        <Button disabled={!to.trim() || seconds > 0} loading={sending.isPending} onClick={() => sending.mutate()}>
          {seconds > 0 ? say('code.again', { seconds }) : say('code.send')}
        </Button>
      </div>
      <p role="status" className="quiet">
        {sent > 0 ? say('code.sent') : ''}
      </p>
      <Wrong thrown={sending.error} />
      <LastMessage to={to.trim()} sent={sent} onCode={onValue} />
    </>
  );
}
