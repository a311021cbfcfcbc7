import { markup, NOTHING } from "../../../report/markup.ts";
import type { RegisteredBackend } from "../backend-registry.ts";
import { renderPage } from "./layout.ts";

/** Where a spec is pasted. */
export function renderSubmitPage(
  backends: readonly RegisteredBackend[],
  datasets: readonly string[],
  { spec, problem, hint }: { readonly spec: string; readonly problem?: string; readonly hint?: string | undefined },
): string {
  return renderPage({
    title: "Submit a spec",
    main: markup`${problem === undefined ? NOTHING : markup`<p class="warning">${problem}${hint === undefined ? NOTHING : markup` (${hint})`}</p>`}
<form method="post" action="/submit">
<label for="spec">Spec, as JSON</label>
<textarea id="spec" name="spec" spellcheck="false" required="">${spec}</textarea>
<p><button type="submit">Submit</button></p>
</form>
<details><summary>What can be named</summary>
<dl>${backends.map(({ name, type, models }) => markup`<div><dt>backend ${name} (${type})</dt><dd>${models === undefined ? "whatever the server serves" : models.join(", ")}</dd></div>`)}
<div><dt>datasets</dt><dd>${datasets.join(", ")}</dd></div></dl></details>`,
  });
}

/** Where a browser gives its token. */
export function renderLoginPage(problem: string | undefined): string {
  return renderPage({
    title: "Sign in",
    signedIn: false,
    main: markup`${problem === undefined ? NOTHING : markup`<p class="warning">${problem}</p>`}
<form method="post" action="/login">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required=""/>
<p><button type="submit">Sign in</button></p>
</form>
<p>Whoever runs the server makes tokens with <code>quantgate tokens add</code>.</p>`,
  });
}

/** What went wrong, as a page. */
export function renderErrorPage(title: string, detail: string, hint: string | undefined): string {
  return renderPage({
    title,
    main: markup`<p class="warning">${detail}</p>${hint === undefined ? NOTHING : markup`<p>${hint}</p>`}`,
  });
}

/** A spec to start from. */
export function exampleSpec(backends: readonly RegisteredBackend[]): string {
  const [backend] = backends;
  const model = backend?.models?.[0] ?? "model-name";
  return JSON.stringify(
    {
      name: "first",
      models: [
        {
          name: "my-model",
          variants: [
            { quantization: "FP16", model, backend: backend?.name ?? "" },
            { quantization: "Q4_K_M", model: backend?.models?.[1] ?? model, backend: backend?.name ?? "" },
          ],
        },
      ],
      tasks: [{ dataset: "demo-quiz-mc", limit: 20 }],
    },
    null,
    2,
  );
}
