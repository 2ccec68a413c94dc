// Asks for a code that goes to an address, and takes it.
import { api, told } from '@kit/api/client';
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd-mobile';
import { useEffect, useState } from 'react';
import { LastMessage, useLastMessage } from '../sandbox';
import { useShown } from '../shown';
import { DigitsField } from '@kit/Field';
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
  const { isLooking, message } = useLastMessage(to.trim(), sent);
  // A sandbox can say that there is no code to wait for; anywhere else nobody may learn who has an account.
  const isSent = sent > 0 && !isLooking && message?.code !== null;
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
        {isSent ? say('code.sent') : ''}
      </p>
      <Wrong thrown={sending.error} />
      {message && <LastMessage of={message} onCode={onValue} />}
    </>
  );
}
