// The apps of the workspace: the one list that building, weighing and the mock go by. crates/face/build.rs has the
// same.

/** Each with the most that its first load may weigh, in thousands of bytes after gzip. */
export const APPS = [
  { name: 'wallet', firstLoadKbMax: 260 },
  { name: 'merchant', firstLoadKbMax: 200 },
  { name: 'console', firstLoadKbMax: 200 },
  { name: 'sandbox', firstLoadKbMax: 200 },
];

/** Those that `ONLY=merchant,console` names, or all. */
export function meant() {
  const only = process.env.ONLY?.split(',');
  const found = APPS.filter(app => !only || only.includes(app.name));
  if (found.length < (only?.length ?? 1)) {
    throw new Error(`ONLY=${process.env.ONLY} names an app that is not there`);
  }
  return found;
}
