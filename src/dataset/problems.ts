import { UsageError } from "../domain/errors.ts";

/** Problems that are told at once; a wrong mapping would tell as many as there are rows. */
const MOST_TOLD = 20;

/** Collects what is wrong with rows, each with file, row and field, so that all of it can be told at once. */
export class Problems {
  readonly #told: string[] = [];

  get count(): number {
    return this.#told.length;
  }

  /** Whether looking for more is of no use. */
  get isFull(): boolean {
    return this.#told.length >= MOST_TOLD;
  }

  add(problem: string): void {
    if (!this.isFull) this.#told.push(problem);
  }

  /** Takes what `check` complains about as a problem; other errors go on. */
  caught<T>(check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.add(error.message);
      return undefined;
    }
  }

  /** The same for what takes time. */
  async caughtAsync<T>(check: () => Promise<T>): Promise<T | undefined> {
    try {
      return await check();
    } catch (error) {
      return this.caught(() => {
        throw error;
      });
    }
  }

  all(): readonly string[] {
    return this.isFull ? [...this.#told, `… the check stopped after ${MOST_TOLD} problems`] : this.#told;
  }

  /** Throws one `UsageError` with all problems; does nothing when there are none. */
  throwIfAny(hint: string): void {
    if (this.count > 0) throw new UsageError(this.all().join("\n"), { hint });
  }
}
