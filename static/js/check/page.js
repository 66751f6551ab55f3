/* The page around the check: a file dropped or chosen, and the report in words. */
const { verify, fileDigest, MOST_BYTES } = await import(document.querySelector("[data-check]").dataset.verifier);

/* --- The page ----------------------------------------------------------------------------------- */
const form = document.querySelector("[data-check]"), result = document.querySelector("[data-result]");
const part = (name) => result.querySelector(`[data-part="${name}"]`);
const button = form.querySelector("button[type=submit]"), drop = form.querySelector("[data-drop]"), chosen = drop.querySelector("input");
form.hidden = false;
for (const words of document.querySelectorAll("[data-no-script]")) words.hidden = true;

/* a file can be dropped anywhere on its field */
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", kind === "dragenter" || kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) { chosen.files = event.dataTransfer.files; named(); }
  });
}
for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault()); // else the browser opens it
chosen.addEventListener("change", named);

function named() {
  const file = chosen.files[0];
  drop.querySelector("[data-name]").textContent = file ? `${file.name}, ${file.size.toLocaleString("en-US")} bytes` : "";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file, key, older] = [chosen.files[0], form.elements.key.value, form.elements.previous.files[0]];
  if (!file) { chosen.focus(); return; }
  button.disabled = true;
  say("Checking…");
  try { await report(file, key, older); } finally { button.disabled = false; }
});

async function report(file, key, older) {
  await new Promise((next) => setTimeout(next)); // let the page show that it works
  if (Math.max(file.size, older?.size ?? 0) > MOST_BYTES) return show({ code: 2, lines: [`The file is larger than ${MOST_BYTES.toLocaleString("en-US")} bytes.`], notes: [], notChecked: [], facts: {} });
  let raw, past;
  try { [raw, past] = [await bytes(file), older ? await bytes(older) : null]; }
  catch { return show({ code: 2, lines: ["The file cannot be read: it was changed or moved since you chose it."], notes: [], notChecked: [], facts: {} }); }
  if (raw[0] === 0x25 && raw[1] === 0x50) return showDigest(await fileDigest(raw)); // "%P" of a PDF
  show(await verify(raw, key.split(/\s+/).filter(Boolean), past), file.name);
}

const bytes = async (file) => new Uint8Array(await file.arrayBuffer());
const say = (words) => { const status = document.getElementById("status"); if (status) status.textContent = words; };

function show(found) {
  for (const verdict of result.querySelectorAll("[data-verdict]")) verdict.hidden = verdict.dataset.verdict !== String(found.code);
  part("facts").replaceChildren(...Object.entries(found.facts).map(([name, value]) => row(name, value)));
  list("found", found.code ? found.lines : []);
  list("lines", found.code ? [] : found.lines);
  list("notes", found.notes);
  list("not-checked", found.notChecked);
  reveal(`The answer is there: ${result.querySelector("[data-verdict]:not([hidden]) b").textContent}`);
}

/* A pack of before the bags is a PDF alone: only its digest can be compared. */
function showDigest(digest) {
  show({ code: "pdf", lines: [], notes: [], notChecked: [], facts: { "SHA-256": digest } });
  const look = result.querySelector("[data-look]");
  if (look) look.href = `?sha256=${digest}#digest`;
}

function row(name, value) {
  const [line, term, said] = ["div", "dt", "dd"].map((tag) => document.createElement(tag));
  term.textContent = name; said.textContent = value; said.className = "wrap";
  line.append(term, said);
  return line;
}

function list(name, lines) {
  const box = part(name);
  box.hidden = !lines.length;
  box.querySelector("ul").replaceChildren(...lines.map((words) => {
    const item = document.createElement("li");
    item.textContent = words; item.className = "wrap";
    return item;
  }));
}

function reveal(words) {
  result.hidden = false;
  result.focus({ preventScroll: true });
  result.scrollIntoView({ block: "start" });
  say(words);
}
