// Where a question appears that is asked before something that is hard to undo. Once in a page.
import { useQuestion } from '@kit/sure';
import { Button } from 'antd-mobile';
import { Sheet } from './Sheet';

export function Questions() {
  const question = useQuestion();
  if (!question) {
    return null;
  }
  const { title, text, yes, no, answer } = question;
  return (
    <Sheet title={title} onClose={() => answer(false)}>
      {text && <p>{text}</p>}
      <Button block color="primary" size="large" onClick={() => answer(true)}>
        {yes}
      </Button>
      <Button block size="large" onClick={() => answer(false)}>
        {no}
      </Button>
    </Sheet>
  );
}
