/** Options that several commands share. */
export const RUNS = ["--runs <folder>", "folder of runs (default: $QUANTGATE_RUNS or ./runs)"] as const;
export const JSON_OUTPUT = ["--json", "print JSON on stdout"] as const;
/** Repeated, it names several. */
const collect = (name: string, others: readonly string[] | undefined): readonly string[] => [...(others ?? []), name];
export const POLICY = [
  "--policy <name or file>",
  "policy that decides (default: the spec's, else `default`); repeat it to ask for several, which all must pass",
  collect,
] as const;
export const MARGINS_OF = [
  "--policy <name or file>",
  "policy whose margins count (default: the newer run's)",
  collect,
] as const;
export const SERVER = ["--server <url>", "server that has the runs, such as http://127.0.0.1:8080"] as const;
export const TOKEN = [
  "--token-env <name>",
  "environment variable that holds the token (default: QUANTGATE_TOKEN)",
] as const;
export const EXIT_CODES =
  "\nExit codes: 0 pass, 1 a gate failed, 2 wrong input, 3 inconclusive, 4 could not complete, 130 interrupted.";
