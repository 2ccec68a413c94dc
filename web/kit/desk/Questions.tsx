// Where a question appears that is asked before something that is hard to undo (`sure`). Once in a page.
import { useQuestion } from '../sure';
import { Button } from './Button';
import { Dialog } from './Dialog';

export function Questions() {
  const question = useQuestion();
  if (!question) {
    return null;
  }
  const { title, text, yes, no, isGrave = false, answer } = question;
  return (
    <Dialog
      title={title}
      onClose={() => answer(false)}
      actions={
        <>
          <Button onClick={() => answer(false)}>{no}</Button>
          <Button kind={isGrave ? 'danger' : 'primary'} onClick={() => answer(true)}>
            {yes}
          </Button>
        </>
      }
    >
      {text && <p>{text}</p>}
    </Dialog>
  );
}
