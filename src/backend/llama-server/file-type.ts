/**
 * The quantization's usual name from the words that llama.cpp has for a file's type: `Q4_K - Medium` is Q4_K_M, `IQ3_S mix - 3.66 bpw` IQ3_M.
 * `undefined` for a type that it does not know itself. Source: `llama_model_ftype_name`, github.com/ggml-org/llama.cpp, src/llama-model-loader.cpp.
 */
export function quantizationOfFileType(words: string): string | undefined {
  const type = words.replace(/^\(guessed\) /, "").replace(/^all /, "");
  if (type.startsWith("unknown")) return undefined;
  if (type.startsWith("IQ3_S mix")) return "IQ3_M";
  if (type === "Q2_K - Medium") return "Q2_K";
  const [name = type, size = ""] = type.split(" - ");
  const letter = { Small: "_S", Medium: "_M", Large: "_L" }[size] ?? "";
  return name.replace(/ .*$/, "") + letter;
}
