// The payer's code: by the camera, or typed. A scanner that types is listened for by the screen.
import { useCamera } from '@kit/camera';
import { Button } from '@kit/desk/Button';
import { Field } from '@kit/desk/fields';
import { Icon } from '@kit/desk/Icon';
import { useState } from 'react';
import { payCodeIn } from '../scanner';
import { useShown } from '../shown';

interface Props {
  /** What the button does, with the amount. */
  go: string;
  isBusy: boolean;
  onCode: (code: string) => void;
}

function Camera({ isBusy, onCode, onStop }: Omit<Props, 'go'> & { onStop: () => void }) {
  const { say } = useShown();
  const onText = (text: string) => {
    const code = payCodeIn(text);
    if (code) {
      onCode(code);
    }
    return code !== null;
  };
  const { video, state, again } = useCamera({ onText, isPaused: isBusy });
  const word = { on: 'till.camera_on', off: 'till.camera_off', starting: 'till.camera_starting' } as const;
  return (
    <div className="till-camera">
      <video
        ref={video}
        muted
        playsInline
        aria-label={say('till.camera_on')}
        className={state === 'on' ? '' : 'none'}
      />
      <p role="status">{say(word[state])}</p>
      <div className="actions">
        {state === 'off' && <Button onClick={again}>{say('desk.retry')}</Button>}
        <Button onClick={onStop}>{say('till.camera_stop')}</Button>
      </div>
    </div>
  );
}

export function PayCodeReader({ go, isBusy, onCode }: Props) {
  const { say } = useShown();
  const [typed, setTyped] = useState('');
  const [isWrong, setWrong] = useState(false);
  const [hasCamera, setCamera] = useState(false);
  const submit = () => {
    const code = payCodeIn(typed);
    setWrong(code === null);
    if (code) {
      onCode(code);
    }
  };
  return (
    <>
      <p>{say('till.scan_text')}</p>
      {hasCamera ? (
        <Camera isBusy={isBusy} onCode={onCode} onStop={() => setCamera(false)} />
      ) : (
        <Button onClick={() => setCamera(true)}>
          <Icon name="camera" />
          {say('till.camera')}
        </Button>
      )}
      <form
        className="form"
        noValidate
        onSubmit={event => {
          event.preventDefault();
          submit();
        }}
      >
        {/* The focus is where a scanner or somebody's hands type next. */}
        <Field
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          label={say('till.code')}
          value={typed}
          onValue={text => {
            setTyped(text);
            setWrong(false);
          }}
          name="pay_code"
          inputMode="numeric"
          autoComplete="off"
          maxLength={40}
          {...(isWrong ? { wrong: say('till.code_wrong') } : {})}
        />
        <Button kind="primary" type="submit" className="till-go" isBusy={isBusy} disabled={typed.trim() === ''}>
          {go}
        </Button>
      </form>
    </>
  );
}
