// Whether the platform tells at once what happens to the orders of the merchant that is looked at.
let isHeard = false;

/** Whether it does: then one looks all the same, but seldom. */
export const isToldAtOnce = (): boolean => isHeard;

export function setToldAtOnce(is: boolean): void {
  isHeard = is;
}
