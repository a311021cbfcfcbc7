import type { Candidate } from "../recommend/candidate.ts";
import { labelOf, type Recommendation } from "../recommend/recommend.ts";
import { figures, worthLines } from "./recommendation-document.ts";
import { wrap } from "./wrap.ts";

/** A recommendation for the terminal: the choice in one line first, then why, why not the others, and what would change it. */
export function renderRecommendation(found: Recommendation, { columns }: { readonly columns: number }): string {
  const line = (text: string, indent = 0): string => wrap(text, columns, { indent, hanging: 2 });
  if (found.kind === "no-basis") return [line(`no basis: ${found.reason}`), line(`next: ${found.next}`)].join("\n");
  const block = (title: string, items: readonly string[]): readonly string[] =>
    items.length === 0 ? [] : ["", title, ...items.map((item) => line(item, 2))];
  return [
    line(headline(found)),
    ...(found.kind === "recommended" ? figures(found.choice).map((figure) => line(figure, 2)) : []),
    ...block(
      "path",
      found.path.map(({ section, question, answer }) => `${section}  ${question} ${answer}`),
    ),
    ...block("overruled by your own runs", found.overruled),
    ...block(
      "alternatives",
      found.alternatives.map((candidate) => alternative(candidate, found)),
    ),
    ...(found.kind === "recommended"
      ? block(
          "Pareto front (quality, cost, memory)",
          [found.paretoFront.join(", ")].filter((text) => text !== ""),
        )
      : []),
    ...block("quality against cost, of what is proven", worthLines(found)),
    ...block("what would change it", found.wouldChange),
    ...block("to know", found.advice),
  ].join("\n");
}

function headline(found: Exclude<Recommendation, { kind: "no-basis" }>): string {
  const { model } = found.question;
  if (found.kind === "none-fits") return `nothing fits: every known quantization of ${model} misses a gate`;
  const { choice, basis, basisText } = found;
  return `deploy ${model} at ${labelOf(choice)}: ${basis === "proven" ? basisText : `published, not proven on your questions: ${basisText}`}`;
}

/** Why it is not the choice, or what it would save and lose against it. */
function alternative(candidate: Candidate, found: Exclude<Recommendation, { kind: "no-basis" }>): string {
  const because = candidate.rejections.map(({ gate, reason }) => `${gate}: ${reason}`).join("; ");
  const against = found.kind === "recommended" ? tradeOff(candidate, found.choice) : "";
  const parts = [against, because === "" ? "fits too, but costs more or says less" : because].filter(
    (part) => part !== "",
  );
  return `${labelOf(candidate)}: ${parts.join("; ")}`;
}

/** "saves 0.31 GB, loses 1.2 pp": against the choice, where both have the same kind of figure. */
function tradeOff(candidate: Candidate, choice: Candidate): string {
  const parts: string[] = [];
  const bytes = (entry: Candidate): number | undefined => entry.memory?.totalBytes ?? entry.proven?.fileBytes;
  const [mine, theirs] = [bytes(candidate), bytes(choice)];
  if (mine !== undefined && theirs !== undefined && mine !== theirs) {
    const saved = (theirs - mine) / 1e9;
    parts.push(`${saved > 0 ? "saves" : "takes"} ${Math.abs(saved).toPrecision(2)} GB${saved > 0 ? "" : " more"}`);
  }
  const [own, other] = [candidate.quality, choice.quality];
  if (own !== undefined && own.kind === other?.kind && own.source === other.source) {
    const points = 100 * (own.value - other.value);
    const unit = own.kind === "accuracy" ? "pp" : `points of ${own.kind}`;
    if (Math.abs(points) >= 0.05)
      parts.push(`${points < 0 ? "loses" : "gains"} ${Math.abs(points).toFixed(1)} ${unit} (point estimates)`);
  }
  return parts.join(", ");
}
