import { describe, expect, it } from "vitest";
import { extractChoice } from "../../src/task/extract-choice.ts";

const CITIES = ["Paris", "London", "Berlin", "Rome"];

/** What each language states B with, and what says that it isn't B or may be two. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  Chinese: [
    "答案是B",
    "答案是B。",
    "答案为B",
    "正确答案是：B",
    "答案是 B",
    "选择B",
    "选 B",
    "故选B",
    "因此，选B。",
    "B选项正确",
    "选项B",
    "选项B正确",
    "答案：B。因为A错误",
    "【答案】B",
    "【答案】 B 【解析】A不对",
    "本题选B",
    "综上所述，正确选项为B。",
    "所以选择B选项。",
    "A错误，B正确。",
    "应选B项",
    "答案是(B)",
    "我认为答案是B，因为伦敦是首都。",
    "不是A，而是B",
    "答案不是A而是B",
    "答案選B",
    "正確答案是B",
    "最终答案：B",
    "B是正确的",
    "这道题的答案应该是B",
  ],
  Japanese: [
    "正解はBです",
    "答えはBです。",
    "答え：B",
    "正解：B",
    "Bが正解です。",
    "Bが正しいです",
    "選択肢Bが正しい",
    "答えは「B」です。",
    "したがって、Bが正解です。",
    "Bです",
    "Bを選びます",
    "AではなくBです",
    "最終的な答えはBです",
    "正しい答えは B です。",
    "正解はBだと思います",
    "解答はB",
    "Aは間違いで、Bが正しい。",
  ],
  Korean: [
    "정답은 B입니다",
    "정답은 B 입니다.",
    "답은 B이다",
    "정답: B",
    "답: B",
    "B가 정답입니다.",
    "정답은 B번입니다.",
    "따라서 정답은 B입니다.",
    "선택지 B",
    "B를 선택합니다.",
    "정답은 A가 아니라 B입니다.",
    "올바른 답은 B입니다",
    "정답은 (B)입니다.",
    "최종 답: B",
    "B가 맞습니다",
  ],
  German: [
    "Die Antwort ist B.",
    "Die richtige Antwort ist B",
    "Richtige Antwort: B",
    "Die richtige Antwort lautet B.",
    "Antwort B ist richtig.",
    "Ich wähle B.",
    "Lösung: B",
    "B ist die richtige Antwort.",
    "Nicht A, sondern B.",
    "A ist falsch. B ist richtig.",
    "Die Antwort ist nicht A, sondern B.",
    "Also ist die Antwort B.",
    "Ich denke, dass B richtig ist.",
    "Die Antwort ist London.",
    "Option B",
    "Daher ist B korrekt",
    "Endgültige Antwort: B",
  ],
  French: [
    "La réponse est B",
    "La bonne réponse est B.",
    "Réponse : B",
    "Réponse B",
    "La réponse correcte est la B.",
    "C'est la réponse B.",
    "C'est B.",
    "Je choisis B.",
    "L'option B est correcte.",
    "La bonne réponse est donc la lettre B",
    "Ce n'est pas A mais B.",
    "B est la bonne réponse.",
    "La réponse est l'option B.",
    "Reponse: B",
    "Réponse finale : B",
  ],
  Spanish: [
    "La respuesta es B.",
    "La respuesta correcta es B",
    "Respuesta correcta: B",
    "La respuesta correcta es la B.",
    "La opción correcta es la B",
    "Opción B",
    "Elijo B",
    "La respuesta es la opción B.",
    "No es A, sino B.",
    "Por lo tanto, la respuesta es B.",
    "La respuesta sería B",
    "B es la respuesta correcta.",
    "La respuesta final es B",
    "Respuesta: B) London",
  ],
  Portuguese: [
    "A resposta correta é B",
    "A resposta é B.",
    "A alternativa correta é a B",
    "Alternativa B",
    "Resposta: B",
    "Letra B",
    "A resposta correta é a letra B.",
    "Não é A, mas B.",
    "Portanto, a resposta é B.",
    "Gabarito: B",
    "A opção correta é (B).",
    "Escolho a B.",
  ],
  Italian: [
    "La risposta corretta è B",
    "Risposta: B",
    "La risposta giusta è la B.",
    "L'opzione corretta è la B",
    "Scelgo B.",
    "Non è A, ma B.",
    "Quindi la risposta è B.",
    "Risposta B",
    "La risposta esatta è la lettera B",
  ],
  Russian: [
    "Ответ: B",
    "Правильный ответ: B",
    "Ответ — B",
    "Правильный ответ — B.",
    "Верный ответ: B",
    "Ответ B",
    "Вариант B",
    "Я выбираю B",
    "Правильный ответ это B",
    "Правильный вариант ответа: B",
    "Ответом является B.",
    "Не A, а B.",
    "B является правильным ответом",
    "Следовательно, ответ B.",
  ],
  Polish: [
    "Odpowiedź: B",
    "Poprawna odpowiedź to B.",
    "Prawidłowa odpowiedź to B",
    "Odpowiedź B",
    "Odpowiedzią jest B",
    "Wybieram B",
    "B jest poprawną odpowiedzią.",
    "Nie A, lecz B.",
    "Odpowiedź prawidłowa to B",
    "Poprawną odpowiedzią jest B.",
  ],
  Arabic: [
    "الإجابة الصحيحة هي B",
    "الإجابة: B",
    "الجواب: B",
    "الجواب الصحيح هو B.",
    "الإجابة هي الخيار B",
    "أختار B",
    "الخيار الصحيح هو (B)",
    "الإجابة ليست A بل B",
    "إذن الإجابة هي B",
  ],
  others: [
    "คำตอบคือ B",
    "جواب B",
    "Doğru cevap: B",
    "Jawaban: B",
    "Jawabannya adalah B",
    "Het juiste antwoord is B",
    "उत्तर: B",
    "सही उत्तर B है",
    "Відповідь: B",
  ],
};

describe.each(Object.entries(ANSWERS))("%s states a choice", (_, answers) => {
  it.each(answers)("%s", (answer) => {
    expect(extractChoice(answer, CITIES)).toMatchObject({ kind: "choice", label: "B" });
  });
});

describe("refuses", () => {
  it.each([
    "答案不是B",
    "B不正确",
    "B错误",
    "答えはBではありません",
    "Bは間違いです",
    "정답은 B가 아닙니다",
    "Die Antwort ist nicht B.",
    "B ist falsch.",
    "La réponse n'est pas B.",
    "La respuesta no es B.",
    "A resposta não é B.",
    "La risposta non è B.",
    "Ответ не B",
    "Odpowiedzią nie jest B",
    "الإجابة ليست B",
    "我不知道",
    "わかりません",
    "A股市场",
    "C语言",
  ])("what denies or names none: %s", (answer) => {
    expect(extractChoice(answer, CITIES)).toEqual({ kind: "none", reason: "no-answer" });
  });

  it.each([
    "答案是A或B",
    "A和B都正确",
    "答えはAまたはBです",
    "정답은 A 또는 B입니다",
    "Die Antwort ist A oder B.",
    "La réponse est A ou B",
    "La respuesta es A o B.",
    "Ответ: A или B",
    "答案是A。不对，B",
    "答案是A。等等，应该是B",
  ])("what names two: %s", (answer) => {
    expect(extractChoice(answer, CITIES)).toEqual({ kind: "none", reason: "ambiguous" });
  });
});

describe("choices in other scripts", () => {
  const QUIZ = ["巴黎", "伦敦", "柏林", "不是城市"];
  it.each([
    ["答案是伦敦。", "B"],
    ["伦敦", "B"],
    ["B：伦敦", "B"],
    ["B. 伦敦", "B"],
    ["选B，伦敦", "B"],
    ["不是城市", "D"],
  ])("%s is %s", (answer, label) => {
    expect(extractChoice(answer, QUIZ)).toMatchObject({ label });
  });

  it("are labels too", () => {
    const choices = ["가", "나", "다"].map((label) => ({ label, text: `${label} 설명` }));
    expect(extractChoice("나", choices)).toMatchObject({ label: "나", strict: true });
    expect(
      extractChoice(
        "الجواب: ب",
        ["أ", "ب"].map((label) => ({ label, text: `نص ${label}` })),
      ),
    ).toMatchObject({ label: "ب" });
    expect(
      extractChoice(
        "答案是乙",
        ["甲", "乙"].map((label) => ({ label, text: `${label}等` })),
      ),
    ).toMatchObject({ label: "乙" });
  });
});
