import { UsageError } from "../domain/errors.ts";
import { PROTOCOLS, type Protocol } from "../domain/protocol.ts";
import { previewRequest } from "../pipeline/preview-request.ts";
import { escapeTerminal } from "../report/escape.ts";
import { assertCanShow, choosePrompt } from "../spec/choose-prompt.ts";
import { interruptSignal } from "./interrupt.ts";
import { namedDataset } from "./named-dataset.ts";

export interface ShowOptions {
  readonly item?: string;
  readonly prompt?: string;
  readonly protocol?: string;
  readonly shots?: string;
}

/** `quantgate datasets show`: what a dataset is, and what a backend is asked for one of its items, to the character. */
export async function showDataset(name: string, options: ShowOptions): Promise<void> {
  const dataset = await namedDataset(name);
  const { manifest } = dataset;
  const shots = Number(options.shots ?? 0);
  if (!Number.isSafeInteger(shots) || shots < 0) throw new UsageError(`--shots ${options.shots}: give a whole number`);
  const prompt = choosePrompt(manifest, options.prompt);
  assertCanShow(shots, manifest, prompt);
  const protocol = protocolOf(options.protocol) ?? manifest.defaults.protocol ?? "letter-logprob";
  const { item, request } = await previewRequest(
    dataset,
    { prompt, protocol, shots, item: options.item },
    interruptSignal(),
  );
  const facts = [
    `${manifest.name} ${manifest.version}: ${manifest.items} items, ${manifest.kind ?? manifest.type}`,
    manifest.description,
    `licence  ${manifest.licence}`,
    `source   ${manifest.source}`,
    `folder   ${dataset.folder}`,
    ...(manifest.shots === undefined ? [] : [`shots    ${manifest.shots.items} worked examples`]),
    ...(manifest.prompts === undefined ? [] : [`prompts  ${Object.keys(manifest.prompts).join(", ")}`]),
  ];
  const asked =
    request.kind === "letters"
      ? [`compared as the next token: ${JSON.stringify(request.letters)}`]
      : request.kind === "continuations"
        ? [`compared as continuations: ${JSON.stringify(request.continuations)}`]
        : [];
  const wanted =
    item.type === "multiple-choice"
      ? `right: ${item.choices[item.answer]?.label ?? ""}. ${item.choices[item.answer]?.text ?? ""}`
      : `reference: ${item.references.join(" | ") || "none"}`;
  const text = [...facts, "", `item ${item.id}:`, `┌`, ...lined(request.prompt), `└`, ...asked, wanted];
  process.stdout.write(text.map((line) => `${escapeTerminal(line)}\n`).join(""));
}

function lined(prompt: string): readonly string[] {
  return prompt.split("\n").map((line) => `│ ${line}`);
}

function protocolOf(name: string | undefined): Protocol | undefined {
  const found = PROTOCOLS.find((protocol) => protocol === name);
  if (name !== undefined && found === undefined)
    throw new UsageError(`--protocol ${name}: there is no such protocol`, { hint: `known: ${PROTOCOLS.join(", ")}` });
  return found;
}
