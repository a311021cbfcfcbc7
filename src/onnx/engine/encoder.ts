import type { EncoderModel } from "../encoder-model.ts";
import type { EncoderSpec } from "../encoder-spec.ts";

/** An encoder that the engine has opened; its handle for all further calls. */
export interface Encoder {
  readonly model: EncoderModel;
  readonly spec: EncoderSpec;
  /** Ids of the special tokens around every text; an empty text consists of these alone. */
  readonly specialIds: readonly number[];
}
