// The desk's one cache of answers.
import { deskClient } from '@kit/desk/client';

/** The query that says for whom somebody works, by the first part of its name. */
export const SELLERS = 'sellers';

export const client = deskClient(SELLERS);
