const words = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/));

/** Nouns that name a choice by its label: "option B". */
export const OPTION_NOUNS = words(
  "option options choice choices letter letters answer answers number alternative statement",
);

/** What stands between a determiner and such a noun. */
export const ADJECTIVES = words("the my correct right best final only most appropriate suitable");

/** Subjects of an explicit statement: "the answer is B", "Solution: B". */
export const ANSWER_NOUNS = words("answer answers ans option choice letter solution response conclusion selection");

export const COPULAS = words("is was are be equals it's that's this's answer's here's");
export const AUXILIARIES = words("would must should will has to");
/** With these a statement is a supposition. */
export const HEDGES = words("could might may can");
export const ADVERBS = words(
  "likely probably clearly most definitely therefore thus indeed simply obviously just still also certainly surely hence either both only",
);

/** "I choose B" states an answer; "go with B" is looked at by its two words. */
export const CHOOSING_VERBS = words("choose chose choosing pick picked picking select selected selecting");
export const GOING_VERBS = words("go going goes went gone stick sticking");

/** Words after which a label is meant as a label, without stating that it is the answer. */
export const LEADING_WORDS = words(
  "say guess think believe so therefore thus hence but maybe perhaps probably possibly both either between yes leaving leaves remains",
);

/** Words by which a writer takes back what went before. */
export const RETRACTIONS = words("no nope wait actually sorry instead correction rather oops");

export const NEGATIONS = words(
  "not never neither nor cannot except excluding exclude excludes excluded eliminate eliminates eliminated reject rejected without unlike than over",
);

/** Verbs behind a label that is a subject. None can follow the article "a". */
export const SUBJECT_VERBS = words(
  "is are was were isn't aren't wasn't weren't seems appears would wouldn't should shouldn't cannot can't doesn't has",
);
export const REFUSALS = words(
  "not never incorrect wrong false invalid impossible unlikely eliminated ruled excluded cannot",
);
export const APPROVALS = words("correct right true answer best accurate choice option");

/** Said of a label without a verb: "B: correct". */
export const JUDGED_RIGHT = words("correct right true answer");
export const JUDGED_WRONG = words("incorrect wrong false no not isn't");

/** Words that can follow a label but not the article "a". */
export const CONNECTIVES = words(
  "because since as which if when where and or nor but vs versus in for with from by then here",
);

/** Between labels that are alternatives to each other. */
export const JOINTS = words("and or nor vs versus possibly maybe perhaps also even either both option choice");
