/** Names of runs, and of what is kept beside them. They go into paths: no separators, and no leading dot. */
export const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
