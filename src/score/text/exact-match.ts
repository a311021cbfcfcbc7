/**
 * 1 when candidate and reference are equal after trimming white space and case-folding, else 0; two empty texts are
 * equal. Equality is Unicode's canonical caseless match (Unicode §3.13, D145) with full case folding, so "STRASSE"
 * equals "straße", a final sigma equals any other, and a composed "é" equals "e" with an accent. No language's own
 * rules apply: "I" folds to "i", never to the dotless "ı". Punctuation and inner white space count.
 */
export function exactMatch(candidate: string, reference: string): 0 | 1 {
  return candidate === reference || foldCase(candidate.trim()) === foldCase(reference.trim()) ? 1 : 0;
}

/**
 * Full case folding, up to the choice of representative: upper-casing merges what folding merges (ß with ss, ς with σ)
 * once lower-casing has resolved the capitals that upper-casing leaves alone (ẞ). It also merges dotless "ı" with "i",
 * which folding keeps apart, so that letter is passed around it.
 */
function foldCase(text: string): string {
  const folded = text
    .normalize("NFD")
    .split("ı")
    .map((part) => part.toLowerCase().toUpperCase().toLowerCase());
  return folded.join("ı").normalize("NFC");
}
