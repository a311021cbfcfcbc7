import type { Summary } from "../analyze/summary.ts";
import type { CheckedRule, VariantVerdict, Verdicts } from "../gate/verdict.ts";
import { escapeTerminal } from "./escape.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import { explainRule } from "./reason.ts";

export interface JUnitOptions {
  /** What the policy says of an inconclusive rule: `block` makes it an error, `allow` a skipped test. */
  readonly onInconclusive: "block" | "allow";
}

interface TestCase {
  readonly variant: string;
  readonly name: string;
  readonly result: "passed" | "failure" | "error" | "skipped";
  readonly type: string;
  readonly message: string;
}

/**
 * Verdicts as JUnit XML: one suite per model, one test per variant and rule. What only informs never fails: it is skipped with its
 * outcome as the message. A verdict that no rule explains is a test of its own, so that nothing passes for want of a test.
 */
export function renderJUnit(
  verdicts: Verdicts,
  summary: Summary,
  { onInconclusive }: JUnitOptions = { onInconclusive: "block" },
): string {
  const suites = verdicts.models.map(({ model, variants }) => ({
    model,
    tests: variants.flatMap((variant) => testsOf(variant, onInconclusive)),
  }));
  const all = isExplained(
    verdicts,
    suites.flatMap(({ tests }) => tests),
    onInconclusive,
  )
    ? suites
    : [...suites, { model: "gate", tests: [overallTest(verdicts, onInconclusive)] }];
  const tests = all.flatMap((suite) => suite.tests);
  const document = markup`<testsuites name="${oneLine(`quantgate ${summary.name}`)}" ${totals(tests)}>
${all.map((suite) => renderSuite(suite.model, suite.tests, verdicts, summary))}</testsuites>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${document.source}\n`;
}

function testsOf(verdict: VariantVerdict, onInconclusive: JUnitOptions["onInconclusive"]): readonly TestCase[] {
  const tests = verdict.rules.map((rule) => ruleTest(verdict, rule, onInconclusive));
  if (verdict.verdict === "reference" || verdict.rules.some((rule) => rule.outcome === verdict.verdict)) return tests;
  return [...tests, verdictTest(verdict, verdict.verdict, onInconclusive)];
}

function ruleTest(
  { variant, decides }: VariantVerdict,
  rule: CheckedRule,
  onInconclusive: JUnitOptions["onInconclusive"],
): TestCase {
  const explanation = explainRule(rule);
  return {
    variant,
    name: rule.rule,
    result: resultOf(rule.outcome, decides, onInconclusive),
    type: rule.type,
    message: decides ? explanation : `informs only, ${rule.outcome}: ${explanation}`,
  };
}

function verdictTest(
  { variant, decides, notes, rules }: VariantVerdict,
  outcome: CheckedRule["outcome"],
  onInconclusive: JUnitOptions["onInconclusive"],
): TestCase {
  const why = notes.join(" ") || (rules.length === 0 ? "no rule was checked" : "no single rule has this outcome");
  return {
    variant,
    name: `verdict: ${outcome}`,
    // Without any checked rule nothing was shown, whatever the verdict says.
    result: resultOf(rules.length === 0 ? "fail" : outcome, decides, onInconclusive),
    type: "verdict",
    message: decides ? why : `informs only, ${outcome}: ${why}`,
  };
}

/** Whether some test of a deciding variant shows why the policy came to its overall verdict. */
function isExplained(
  { overall, models }: Verdicts,
  tests: readonly TestCase[],
  onInconclusive: JUnitOptions["onInconclusive"],
): boolean {
  const decided = models.some(({ variants }) => variants.some(({ decides, rules }) => decides && rules.length > 0));
  return decided && tests.some(({ result }) => result === resultOf(overall, true, onInconclusive));
}

function overallTest({ policy, overall }: Verdicts, onInconclusive: JUnitOptions["onInconclusive"]): TestCase {
  return {
    variant: `policy ${policy.name}`,
    name: `overall: ${overall}`,
    // Nothing that decides was checked, so it can't pass.
    result: resultOf(overall === "pass" ? "fail" : overall, true, onInconclusive),
    type: "verdict",
    message: `the policy's overall verdict is ${overall}, but no checked rule of a deciding variant shows it`,
  };
}

function resultOf(
  outcome: CheckedRule["outcome"],
  decides: boolean,
  onInconclusive: JUnitOptions["onInconclusive"],
): TestCase["result"] {
  if (outcome === "pass") return "passed";
  if (!decides || outcome === "not-told") return "skipped";
  if (outcome === "fail") return "failure";
  return onInconclusive === "block" ? "error" : "skipped";
}

function renderSuite(model: string, tests: readonly TestCase[], { policy }: Verdicts, summary: Summary): Markup {
  return markup`<testsuite name="${oneLine(model)}" ${totals(tests)}>
<properties>
<property name="policy" value="${oneLine(`${policy.name} ${policy.hash}`)}"/>
<property name="specHash" value="${oneLine(summary.specHash)}"/>
</properties>
${tests.map(renderTest)}</testsuite>
`;
}

function renderTest({ variant, name, result, type, message }: TestCase): Markup {
  const opening = markup`<testcase classname="${oneLine(variant)}" name="${oneLine(name)}"`;
  if (result === "passed") return markup`${opening}/>\n`;
  if (result === "skipped") return markup`${opening}><skipped message="${oneLine(message)}"/></testcase>\n`;
  const body = markup` message="${oneLine(message)}" type="${oneLine(type)}">${message}`;
  return result === "failure"
    ? markup`${opening}><failure${body}</failure></testcase>\n`
    : markup`${opening}><error${body}</error></testcase>\n`;
}

function totals(tests: readonly TestCase[]): Markup {
  const number = (result: TestCase["result"]): string => String(tests.filter((test) => test.result === result).length);
  return tests.length === 0
    ? markup`tests="0"${NOTHING}`
    : markup`tests="${String(tests.length)}" failures="${number("failure")}" errors="${number("error")}" skipped="${number("skipped")}"`;
}

/** Attributes can't hold newlines: a parser would turn them into blanks. */
function oneLine(text: string): string {
  return escapeTerminal(text);
}
