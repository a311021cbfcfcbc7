/** How often a unit is tried that its worker couldn't do; the wait doubles from try to try. */
export const UNIT_TRIES = { attempts: 8, backoffMs: 2_000 };
