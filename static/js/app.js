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

  /* groups of a diff: j and k go to the next and the one before, while the focus is among them */
  $$("[data-groups]").forEach((all) => {
    const groups = $$("[data-group]", all);
    if (groups[0]) groups[0].tabIndex = 0;
    all.addEventListener("keydown", (e) => {
      const step = { j: 1, k: -1 }[e.key], at = groups.findIndex((g) => g.contains(document.activeElement));
      if (!step || e.altKey || e.metaKey || e.ctrlKey || /^(input|textarea|select)$/i.test(e.target.tagName)) return;
      const to = groups[at < 0 ? 0 : at + step];
      if (to) { e.preventDefault(); to.focus(); to.scrollIntoView({ block: "start" }); }
    });
  });

  /* RACI: an ARIA grid of selects. One cell is in the tab order; arrows, Home and End move, letters
     choose, Delete clears, Ctrl+Z undoes. The page counts changes and checks each row at once. */
  const raci = $(".raci[data-grid]");
  if (raci) {
    const lines = $$("tbody tr", raci).map((tr) => $$(".rc", tr)).filter((line) => line.length);
    const cells = lines.flat(), bar = $("[data-count]"), undo = $("[data-undo]"), done = [];
    /* what the page came with: the browser may have restored, or somebody chosen, before this ran */
    const came = (c) => [...c.options].find((o) => o.defaultSelected)?.value ?? "";
    const saved = new Map(cells.map((c) => [c, c.dataset.was ?? came(c)])), held = new Map(cells.map((c) => [c, came(c)]));
    const answers = (v) => v.includes("A"), acts = (v) => /^(R|D)$/.test(v) || v === "AR";
    raci.setAttribute("role", "grid");
    raci.setAttribute("aria-describedby", "grid-keys");
    $$("tbody, thead", raci).forEach((part) => part.setAttribute("role", "rowgroup"));
    $$("tr", raci).forEach((tr) => tr.setAttribute("role", "row"));
    $$("td", raci).forEach((td) => td.setAttribute("role", "gridcell"));
    $$("thead th", raci).forEach((th) => th.setAttribute("role", "columnheader"));
    $$("tbody th", raci).forEach((th) => th.setAttribute("role", "rowheader"));
    const rove = (to) => cells.forEach((c) => (c.tabIndex = c === to ? 0 : -1));
    const check = () => {
      let bad = 0;
      lines.forEach((row) => {
        const a = row.filter((c) => answers(c.value)).length, r = row.filter((c) => acts(c.value)).length;
        const msg = a === 0 ? "Needs one A" : a > 1 ? a + " As: keep one" : r === 0 ? "Nobody does it" : "";
        const tr = row[0].closest("tr"), out = $("[data-row]", tr);
        tr.classList.toggle("bad", !!msg); if (msg) bad++;
        if (out) { out.textContent = msg; out.hidden = !msg; }
      });
      const n = cells.filter((c) => c.value !== saved.get(c)).length;
      cells.forEach((c) => c.classList.toggle("changed", c.value !== saved.get(c)));
      if (bar) bar.textContent = n + (n === 1 ? " change" : " changes") + (bad ? ", " + bad + (bad === 1 ? " row to fix" : " rows to fix") : "");
      if (undo) undo.disabled = !done.length;
    };
    const put = (cell, value) => {
      if (cell.value === value) return;
      cell.value = value;
      cell.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const back = () => {
      const last = done.pop(); if (!last) return;
      const [cell, value] = last;
      cell.value = value; held.set(cell, value); check(); cell.focus();
      say("Undone: " + cell.getAttribute("aria-label") + ", " + (cell.selectedOptions[0].text === "·" ? "nothing" : cell.selectedOptions[0].text));
      htmx?.trigger(cell.form, "recheck");
    };
    /* the first option that begins with the key; pressed again, the next one: A, then A/R */
    const typed = (cell, key) => {
      const fits = [...cell.options].filter((o) => o.value && o.text.startsWith(key.toUpperCase()));
      if (!fits.length) return false;
      put(cell, fits[(fits.findIndex((o) => o.selected) + 1) % fits.length].value);
      return true;
    };
    const go = (cell, key, far) => {
      const y = lines.findIndex((line) => line.includes(cell)), x = lines[y].indexOf(cell);
      if (key === "Home") return far ? lines[0][0] : lines[y][0];
      if (key === "End") return far ? lines.at(-1).at(-1) : lines[y].at(-1);
      if (key === "PageUp" || key === "PageDown") return lines[Math.min(Math.max(y + (key === "PageUp" ? -8 : 8), 0), lines.length - 1)][x];
      const [dy, dx] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key] || [0, 0];
      return dy || dx ? lines[y + dy]?.[x + dx] || cell : null;
    };
    raci.addEventListener("change", (e) => {
      const cell = e.target; if (!held.has(cell) || held.get(cell) === cell.value) return;
      done.push([cell, held.get(cell)]); held.set(cell, cell.value); check();
    });
    raci.addEventListener("focusin", (e) => { if (held.has(e.target)) rove(e.target); });
    raci.addEventListener("keydown", (e) => {
      const cell = e.target; if (!held.has(cell)) return;
      if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "z") { e.preventDefault(); return back(); }
      if (e.altKey || ((e.ctrlKey || e.metaKey) && !["Home", "End"].includes(e.key))) return;
      const to = go(cell, e.key, e.ctrlKey || e.metaKey);
      if (to) { e.preventDefault(); to.focus(); }
      else if (["Delete", "Backspace"].includes(e.key)) { e.preventDefault(); put(cell, ""); }
      else if (/^[a-z]$/i.test(e.key)) { e.preventDefault(); typed(cell, e.key); }
    });
    if (undo) { undo.hidden = false; undo.addEventListener("click", back); }
    raci.closest("form")?.addEventListener("reset", () => setTimeout(() => {
      done.length = 0; cells.forEach((c) => { if (!("was" in c.dataset)) held.set(c, c.value); }); check();
    }));
    rove(cells[0]); check();
  }
})();
