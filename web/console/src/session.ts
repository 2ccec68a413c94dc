// The console's one cache of answers. Nothing is kept on the device.
import { deskClient } from '@kit/desk/client';

/** The query of who looks, by the first part of its name. */
export const WHO = 'me';

export const client = deskClient(WHO);
