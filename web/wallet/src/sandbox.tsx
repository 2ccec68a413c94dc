// What helps in a world for trying out, where nobody has a telephone or a bank: the messages that were sent, and
// examples that its register and its bank believe.
import { addressOf } from '@kit/api/client';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd-mobile';
import type { ReactNode } from 'react';
import { siteQuery } from './queries';
import { useShown } from './shown';

/** What the sandbox's register and bank believe. */
export const EXAMPLE = {
  name: '张三',
  idNumber: '11010519491231002X',
  card: '6222021234567894',
  mobile: '13800138000',
};

interface Message {
  to: string;
  kind: string;
  code: string | null;
  text: string;
}

/** Messages that tell, instead of a code, why there is none. */
const WHY_NO_CODE = ['not_registered', 'already_registered'] as const;

/** The messages of an address, oldest first; nothing where messages are really sent. */
async function messages(to: string): Promise<Message[] | null> {
  try {
    const answer = await fetch(addressOf(`sandbox/messages?to=${encodeURIComponent(to)}`));
    return answer.ok ? ((await answer.json()) as { messages: Message[] }).messages : null;
  } catch {
    return null;
  }
}

const useIsSandbox = (): boolean => useQuery(siteQuery).data?.sandbox === true;

/** The newest message to an address, where that can be seen. `sent` counts what was sent. */
export function useLastMessage(to: string, sent: number): { isLooking: boolean; message?: Message | undefined } {
  const isSandbox = useIsSandbox();
  const enabled = isSandbox && sent > 0;
  const found = useQuery({ queryKey: ['sandbox', to, sent], queryFn: () => messages(to), enabled });
  return { isLooking: enabled && found.isPending, message: found.data?.at(-1) };
}

function Hint({ children }: { children: ReactNode }) {
  const { say } = useShown();
  return (
    <aside className="hint" aria-label={say('sandbox.hint')}>
      {children}
    </aside>
  );
}

/** A message that went to nobody: its code with a button that fills it in, or why it has none. */
export function LastMessage({ of, onCode }: { of: Message; onCode: (code: string) => void }) {
  const { say } = useShown();
  const why = WHY_NO_CODE.find(kind => kind === of.kind);
  if (why && of.code === null) {
    return (
      <Hint>
        <p role="status">{say(`sandbox.${why}`)}</p>
      </Hint>
    );
  }
  return <Told text={of.text} code={of.code} from="platform" onCode={onCode} />;
}

interface TellingProps {
  text: string;
  code?: string | null;
  from: 'platform' | 'bank';
  onCode: (code: string) => void;
}

/** A message that nobody's telephone shows. It is in the language of whoever wrote it: only its code is told. */
export function Told({ text, code, from, onCode }: TellingProps) {
  const { say } = useShown();
  const digits = code ?? /\d{4,8}/.exec(text)?.[0];
  return (
    <Hint>
      {digits ? (
        <>
          <p>{say(from === 'bank' ? 'sandbox.bank_code' : 'sandbox.code', { code: digits })}</p>
          <Button size="small" onClick={() => onCode(digits)}>
            {say('sandbox.use_code', { code: digits })}
          </Button>
        </>
      ) : (
        <>
          <p>{say('sandbox.message')}</p>
          <p lang="zh-CN">{text}</p>
        </>
      )}
    </Hint>
  );
}

/** Says what a sandbox believes, and fills it in. */
export function Example({ about, onFill }: { about: 'identity' | 'card'; onFill: () => void }) {
  const { say } = useShown();
  const example = about === 'identity' ? EXAMPLE.idNumber : EXAMPLE.card;
  return useIsSandbox() ? (
    <Hint>
      <p>{say(`sandbox.${about}`, { example })}</p>
      <Button size="small" onClick={onFill}>
        {say('sandbox.fill')}
      </Button>
    </Hint>
  ) : null;
}
