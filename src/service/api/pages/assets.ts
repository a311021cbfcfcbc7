import { STYLE } from "../../../report/html-style.ts";

/** The reports' style, and what only pages of the service have. */
export const PAGE_STYLE = `${STYLE.source}
.bar { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1.5rem; border-bottom: 1px solid var(--line); margin-bottom: 1.25rem; }
.brand { font-weight: 700; color: var(--text); text-decoration: none; }
.bar nav { margin: 0; } .bar nav > ul { flex-direction: row; }
progress { width: 100%; max-width: 24rem; height: .8rem; accent-color: var(--link); }
form { margin: 1rem 0; } label { display: block; font-weight: 600; margin: .5rem 0 .25rem; }
input, select, textarea, button { font: inherit; color: var(--text); background: var(--panel); border: 1px solid var(--muted); border-radius: .3rem; padding: .35rem .6rem; max-width: 100%; }
textarea { width: 100%; min-height: 18rem; font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .85rem; }
button { cursor: pointer; font-weight: 600; min-height: 2.4rem; }
.filters { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; }
.filters > div { min-width: 0; max-width: 100%; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem 1.25rem; align-items: center; }
`;

/**
 * The only script: follows runs that go on, and shows the page anew when one has ended. A browser reconnects by itself and says which state it
 * saw last.
 */
export const LIVE_SCRIPT = `"use strict";
for (const place of document.querySelectorAll("[data-run]")) {
  const source = new EventSource("/api/v1/runs/" + encodeURIComponent(place.dataset.run) + "/events");
  source.addEventListener("state", (event) => {
    const state = JSON.parse(event.data);
    const put = (name, text) => {
      const target = place.querySelector("[data-show='" + name + "']");
      if (target) target.textContent = text;
    };
    put("phase", state.phase === "ended" ? state.status : state.phase);
    put("count", state.done + " of " + state.answers + " answers");
    put("ahead", state.ahead ? state.ahead + " to be done before" : "");
    const bars = place.querySelectorAll("progress");
    for (const bar of bars) {
      const variant = state.variants.find((each) => each.variant === bar.dataset.variant);
      bar.max = Math.max(1, variant ? variant.answers : state.answers);
      bar.value = variant ? variant.done : state.done;
    }
    if (state.phase === "ended") {
      source.close();
      location.reload();
    }
  });
}
`;
