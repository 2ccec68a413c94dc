// The calls of the console, answered by the mock. Whoever is signed in may do everything; `world.ops.me` may say
// otherwise.
import { WRITES } from './ops-acts.mjs';
import { acts, call } from './ops-desk.mjs';
import { LOOKS } from './ops-looks.mjs';
import { ME } from './ops-world.mjs';

/** Every call of the console. */
export const OPS = [
  call('GET', '/ops/me', null, own => ({
    user_id: ME,
    ...own.me,
    acts: acts(own),
    sandbox: true,
    login: '138****8000',
  })),
  ...LOOKS,
  ...WRITES,
];
