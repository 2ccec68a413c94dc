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
  code: string | null;
  text: string;
}

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

function Hint({ children }: { children: ReactNode }) {
  const { say } = useShown();
  return (
    <aside className="hint" aria-label={say('sandbox.hint')}>
      {children}
    </aside>
  );
}

/** The newest message to an address, and a button that fills its code in. `sent` counts what was sent. */
export function LastMessage({ to, sent, onCode }: { to: string; sent: number; onCode: (code: string) => void }) {
  const isSandbox = useIsSandbox();
  const enabled = isSandbox && sent > 0;
  const found = useQuery({ queryKey: ['sandbox', to, sent], queryFn: () => messages(to), enabled });
  const last = found.data?.at(-1);
  return last ? <Told text={last.text} code={last.code} onCode={onCode} /> : null;
}

/** A message that nobody's telephone shows. */
export function Told({ text, code, onCode }: { text: string; code?: string | null; onCode: (code: string) => void }) {
  const { say } = useShown();
  const digits = code ?? /\d{4,8}/.exec(text)?.[0];
  return (
    <Hint>
      <p>{say('sandbox.no_phone')}</p>
      <p lang="zh-CN">{text}</p>
      {digits && (
        <Button size="small" onClick={() => onCode(digits)}>
          {say('sandbox.use_code', { code: digits })}
        </Button>
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
