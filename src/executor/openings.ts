import type { OpenedRecord, ProbeFinding, VariantIdentity } from "../domain/record.ts";
import type { Scoring } from "../domain/scoring.ts";
import type { Executed } from "./executor.ts";

/** Keeps who was opened in an execution, and what was found of them, for what its executor returns. */
export class Openings {
  readonly #identities = new Map<string, VariantIdentity>();
  readonly #findings = new Map<string, readonly ProbeFinding[]>();

  add(variant: string, { identity, findings = [] }: Pick<OpenedRecord, "identity" | "findings">): void {
    this.#identities.set(variant, identity);
    if (findings.length > 0) this.#findings.set(variant, findings);
  }

  /** Does the work of an execution. What it returns is how its scorers computed, where they are not the ones that were given. */
  async during(work: () => Promise<Scoring | undefined>): Promise<Executed> {
    const opened = { identities: this.#identities, findings: this.#findings };
    try {
      const scoring = await work();
      return { ...opened, ...(scoring === undefined ? {} : { scoring }), end: { kind: "complete" } };
    } catch (error) {
      return { ...opened, end: { kind: "stopped", error } };
    }
  }
}
