/* All client behaviour that HTML and htmx do not give us. No dependency, no inline handler, no eval. */
(() => {
  "use strict";
  const $ = (s, r = document) => r.querySelector(s);
  const $$ = (s, r = document) => [...r.querySelectorAll(s)];
  const say = (text) => { const s = $("#status"); if (s) s.textContent = text; };

  /* theme: device -> light -> dark */
  const words = { auto: "same as device", light: "light", dark: "dark" };
  $$("[data-theme-toggle]").forEach((b) => {
    const label = () => b.setAttribute("aria-label", "Theme: " + words[document.documentElement.dataset.theme || "auto"]);
    label(); b.hidden = false;
    b.addEventListener("click", () => {
      const order = ["auto", "light", "dark"];
      const next = order[(order.indexOf(document.documentElement.dataset.theme || "auto") + 1) % 3];
      document.documentElement.dataset.theme = next;
      try { next === "auto" ? localStorage.removeItem("theme") : localStorage.setItem("theme", next); } catch {}
      label(); say("Theme: " + words[next]);
    });
  });

  /* dialogs and the palette */
  const palette = $("#palette");
  $$("[data-open]").forEach((b) => b.addEventListener("click", (e) => {
    const d = document.getElementById(b.dataset.open);
    if (d && !e.metaKey && !e.ctrlKey) { e.preventDefault(); d.showModal(); }
  }));
  $$("dialog").forEach((d) => d.addEventListener("click", (e) => { if (e.target === d) d.close(); }));
  document.addEventListener("keydown", (e) => {
    const typing = /^(input|textarea|select)$/i.test(e.target.tagName) || e.target.isContentEditable;
    if ((e.key === "k" && (e.metaKey || e.ctrlKey)) || (e.key === "/" && !typing)) {
      if (palette && !palette.open) { e.preventDefault(); palette.showModal(); }
    }
  });
  const q = $("#pal-q");
  /* a search input eats the first Escape to clear itself; here Escape always closes */
  q?.addEventListener("keydown", (e) => { if (e.key === "Escape") { e.preventDefault(); palette.close(); } });
  const first = $("#pal-list")?.innerHTML;
  palette?.addEventListener("close", () => { q.value = ""; $("#pal-list").innerHTML = first; });

  /* live regions that htmx would swap; here the alternatives are already in the page */
  $$("[data-live]").forEach((f) => f.addEventListener("change", (e) => {
    if (!e.target.matches("input[type=radio]")) return;
    $$("[data-when]").forEach((el) => (el.hidden = !el.dataset.when.split(" ").includes(e.target.value)));
    $$("[data-fork]").forEach((el) => el.classList.toggle("on", el.dataset.fork === e.target.value));
    const out = $("[data-outcome]:not([hidden])"); if (out) say("So far: " + out.dataset.outcome);
  }));

  /* "None of these" and "I'm not sure" stand alone: the rest is unticked before anybody reads the form */
  document.addEventListener("change", (e) => {
    const box = e.target, all = box.closest?.(".choices");
    if (!all || box.type !== "checkbox" || !box.checked) return;
    const alone = box.value.startsWith("~");
    $$("input[type=checkbox]", all).forEach((b) => {
      if (b !== box && b.name === box.name && (alone || b.value.startsWith("~"))) b.checked = false;
    });
  }, true);

  /* RACI: count changes, check that each row has one A and an R (A/R is both), arrow keys between cells */
  const raci = $(".raci");
  if (raci) {
    const cells = $$(".rc", raci), bar = $("[data-count]"), saved = new Map(cells.map((c) => [c, c.value]));
    const check = () => {
      let bad = 0;
      $$("tbody tr", raci).forEach((tr) => {
        const row = $$(".rc", tr); if (!row.length) return;
        const a = row.filter((c) => c.value.startsWith("A")).length, r = row.filter((c) => c.value.endsWith("R")).length;
        const msg = a === 0 ? "Needs one A" : a > 1 ? a + " As: keep one" : r === 0 ? "Needs an R" : "";
        tr.classList.toggle("bad", !!msg); if (msg) bad++;
        const out = $("[data-row]", tr); if (out) { out.textContent = msg; out.hidden = !msg; }
      });
      const n = cells.filter((c) => c.value !== saved.get(c)).length + Number(bar?.dataset.base || 0);
      if (bar) bar.textContent = n + (n === 1 ? " change" : " changes") + (bad ? ", " + bad + (bad === 1 ? " row to fix" : " rows to fix") : "");
    };
    raci.addEventListener("change", (e) => { e.target.classList.toggle("changed", e.target.value !== saved.get(e.target)); check(); });
    raci.closest("form")?.addEventListener("reset", () => setTimeout(() => { cells.forEach((c) => c.classList.remove("changed")); check(); }));
    raci.addEventListener("keydown", (e) => {
      if (!e.target.matches(".rc") || !["ArrowLeft", "ArrowRight"].includes(e.key)) return;
      const i = cells.indexOf(e.target) + (e.key === "ArrowRight" ? 1 : -1);
      if (cells[i]) { e.preventDefault(); cells[i].focus(); }
    });
    check();
  }
})();
