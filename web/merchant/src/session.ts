// The desk's one cache of answers.
import { deskClient } from '@kit/desk/client';

/** The query of who looks, by the first part of its name. */
export const WHO = 'me';
/** The query that says for whom that one works. */
export const SELLERS = 'sellers';

export const client = deskClient(WHO);
