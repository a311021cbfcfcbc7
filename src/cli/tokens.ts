import { openStore } from "../compose.ts";
import { UsageError } from "../domain/errors.ts";
import { readEnv } from "../env.ts";
import { SCOPES, type Scope, Tokens } from "../service/api/tokens.ts";

interface TokenOptions {
  readonly runs?: string;
}

/** `quantgate tokens add`: prints a new token, once. */
export async function addToken(name: string, options: TokenOptions & { readonly scopes: string }): Promise<void> {
  const scopes = options.scopes.split(",").map((word): Scope => {
    const scope = SCOPES.find((each) => each === word.trim());
    if (scope === undefined)
      throw new UsageError(`unknown scope "${word.trim()}"`, { hint: `scopes are ${SCOPES.join(", ")}` });
    return scope;
  });
  const token = await tokensOf(options).add(name, scopes, new Date());
  process.stdout.write(`${token}\n`);
  process.stderr.write("This token is not kept and can't be shown again.\n");
}

/** `quantgate tokens list`: names and scopes. */
export async function listTokens(options: TokenOptions & { readonly json?: boolean }): Promise<void> {
  const entries = await tokensOf(options).list();
  if (options.json === true) process.stdout.write(`${JSON.stringify(entries, null, 2)}\n`);
  else if (entries.length === 0) process.stdout.write("no tokens\n");
  for (const { name, scopes, createdAt } of options.json === true ? [] : entries)
    process.stdout.write(`${name}  ${scopes.join(",")}  ${createdAt}\n`);
}

/** `quantgate tokens remove`: the token ends to work within seconds. */
export async function removeToken(name: string, options: TokenOptions): Promise<void> {
  await tokensOf(options).remove(name);
}

function tokensOf({ runs }: TokenOptions): Tokens {
  return new Tokens(openStore(runs ?? readEnv(process.env).runsFolder).collection("tokens"), () => performance.now());
}
