import { passesLuhn } from "./luhn.ts";

/** The gravest first. */
export const PERSONAL_KINDS = ["key", "card", "email", "phone", "name"] as const;
export type PersonalKind = (typeof PERSONAL_KINDS)[number];

/** A stretch of a text that tells who somebody is, or lets somebody in. */
export interface PersonalSpan {
  readonly kind: PersonalKind;
  readonly start: number;
  readonly end: number;
}

/** Finds personal data; every search is linear in the text's length. */
export type PersonalFinder = (text: string) => readonly PersonalSpan[];

/** Finder of keys, card numbers, e-mail addresses, phone numbers and the names that are given, as they are spelled. */
export function personalFinder(names: readonly string[]): PersonalFinder {
  const named = namePattern(names);
  return (text) =>
    withoutOverlaps([
      ...KEY_PATTERNS.flatMap((pattern) => matches("key", text, pattern)),
      ...randomTokens(text),
      ...cards(text),
      ...matches("email", text, EMAIL),
      ...PHONE_PATTERNS.flatMap((pattern) => matches("phone", text, pattern)),
      ...(named === undefined ? [] : matches("name", text, named)),
    ]);
}

/** Where a pattern has the group `value`, only that is personal. All quantifiers are bounded or can't be entered twice. */
const KEY_PATTERNS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\s]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/dg,
  /\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}/dg,
  /\b(?:gh[opsur]_|github_pat_|glpat-|hf_|npm_|xox[abeoprs]-|SG\.)[A-Za-z0-9_.-]{16,}/dg,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/dg,
  /\bAIza[0-9A-Za-z_-]{35}/dg,
  /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/dg,
  /\bbearer\s{1,3}(?<value>[\w.~+/=-]{16,})/dgi,
  /:\/\/[^\s/:@]{1,64}:(?<value>[^\s/:@]{1,128})@/dg,
  /\b(?:api[_-]?key|access[_-]?key|secret|token|passw(?:or)?d|pwd)["']?\s{0,3}[:=]\s{0,3}["']?(?<value>[^\s"',;]{6,256})/dgi,
];

const EMAIL =
  /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}])/dgu;

const PHONE_PATTERNS: readonly RegExp[] = [
  // +49 30 1234567, +1 (555) 123-4567
  /(?<![\w+])\+\d{1,3}[ ./-]{0,2}(?:\(\d{1,5}\)[ ./-]{0,2})?\d(?:[ ./-]?\d){5,12}(?!\d)/dg,
  // 555-123-4567, (555) 123-4567, 555.123.4567
  /(?<![\w.,+-])(?:\(\d{3}\)[ -]?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\d-]|[.,]\d)/dg,
  // 030 / 123 45 67, 0171-2345678: a leading zero, then groups
  /(?<![\w.,+-])(?:\(0\d{1,5}\)|0\d{2,5})[ /-]{1,3}\d{2,}(?:[ -]\d{2,}){0,4}(?![\d-]|[.,]\d)/dg,
];

function matches(kind: PersonalKind, text: string, pattern: RegExp): readonly PersonalSpan[] {
  return [...text.matchAll(pattern)].flatMap(({ indices }) => {
    const place = indices?.groups?.value ?? indices?.[0];
    return place === undefined ? [] : [{ kind, start: place[0], end: place[1] }];
  });
}

/** Groups of digits that make up a card number: 13 to 19 digits of a known beginning that pass the check. */
function cards(text: string): readonly PersonalSpan[] {
  const spans: PersonalSpan[] = [];
  for (const run of text.matchAll(/(?<!\d)\d{1,19}(?:[ -]\d{1,19})*(?!\d)/g)) {
    const groups = [...run[0].matchAll(/\d+/g)].map((group) => ({ digits: group[0], at: run.index + group.index }));
    for (let first = 0; first < groups.length; first += 1) {
      const last = lastGroupOfCard(groups, first);
      const [from, to] = [groups[first], groups[last ?? -1]];
      if (last === undefined || from === undefined || to === undefined) continue;
      spans.push({ kind: "card", start: from.at, end: to.at + to.digits.length });
      first = last;
    }
  }
  return spans;
}

function lastGroupOfCard(groups: readonly { readonly digits: string }[], first: number): number | undefined {
  let digits = "";
  let found: number | undefined;
  for (let last = first; last < groups.length && digits.length < 19; last += 1) {
    digits += groups[last]?.digits ?? "";
    if (digits.length < 13) continue;
    if (/^[2-6]\d{12,18}$/.test(digits) && !/^(\d)\1+$/.test(digits) && passesLuhn(digits)) found = last;
  }
  return found;
}

/** Long words that look drawn at random: letters of both cases with many digits between, as keys without a known beginning have. */
function randomTokens(text: string): readonly PersonalSpan[] {
  return matches("key", text, /(?<![\w/+.-])[A-Za-z0-9_-]{32,256}(?![\w/+-])/dg).filter(({ start, end }) => {
    const token = text.slice(start, end);
    const digits = token.match(/\d/g)?.length ?? 0;
    return digits >= 4 && /[a-z]/.test(token) && /[A-Z]/.test(token) && bitsPerCharacter(token) > 4;
  });
}

/** Shannon entropy of a word's characters, in bits. */
function bitsPerCharacter(token: string): number {
  const counts = new Map<string, number>();
  for (const character of token) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / token.length) * Math.log2(count / token.length), 0);
}

function namePattern(names: readonly string[]): RegExp | undefined {
  const words = [...new Set(names.map((name) => name.trim()).filter((name) => name !== ""))];
  if (words.length === 0) return undefined;
  // The longest first, so that "Ann Lee" is one name and not two.
  const alternatives = words
    .sort((a, b) => b.length - a.length)
    .map((name) => name.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&").replace(/\s+/g, "\\s+"));
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives.join("|")})(?![\\p{L}\\p{N}])`, "dgu");
}

/** In the order of the text; those that overlap become one, of the kind that begins first, and of the graver of equals. */
function withoutOverlaps(spans: readonly PersonalSpan[]): readonly PersonalSpan[] {
  const gravity = (span: PersonalSpan): number => PERSONAL_KINDS.indexOf(span.kind);
  const sorted = [...spans].sort((a, b) => a.start - b.start || gravity(a) - gravity(b));
  const kept: PersonalSpan[] = [];
  for (const span of sorted) {
    const before = kept.at(-1);
    if (before === undefined || span.start >= before.end) kept.push(span);
    else if (span.end > before.end) kept[kept.length - 1] = { ...before, end: span.end };
  }
  return kept;
}
