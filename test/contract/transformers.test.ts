import { join } from "node:path";
import { openLlamaCpp } from "../../src/backend/llama-cpp/open.ts";
import { BackendSchema, type LlamaCppConfig } from "../../src/spec/backend-schema.ts";
import { openOnnx } from "../backend/transformers/demo-onnx.ts";
import { DEMO_MODELS } from "../support/fake-server.ts";
import { backendContract } from "./backend.contract.ts";

// The same weights, float16 on both sides, by ONNX Runtime's arithmetic and by llama.cpp's.
backendContract(
  {
    name: "transformers",
    open: (model) => openOnnx("FP16", { contextSize: 128 }, join(DEMO_MODELS, "..", model)),
    quantization: "fp16",
    tellsDigest: false,
    missingModel: "no-such-model",
    model: "demo-onnx",
    apart: { letters: 0.02, continuations: 0.05 },
  },
  () => {
    const config = BackendSchema.parse({ type: "llama-cpp", contextSize: 128 }) as LlamaCppConfig;
    return openLlamaCpp(join(DEMO_MODELS, "demo-F16.gguf"), config, new AbortController().signal);
  },
);
