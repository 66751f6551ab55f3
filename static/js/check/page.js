/* The page around the check: a file dropped or chosen, and the report in words. */
const { verify, fileDigest, shown, MOST_BYTES } = await import(document.querySelector("[data-check]").dataset.verifier);

/* --- The page ----------------------------------------------------------------------------------- */
const form = document.querySelector("[data-check]"), result = document.querySelector("[data-result]");
const part = (name) => result.querySelector(`[data-part="${name}"]`);
const button = form.querySelector("button[type=submit]"), drop = form.querySelector("[data-drop]"), chosen = drop.querySelector("input");
let asked = 0; // how often: an answer to an earlier question is not shown
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
for (const kind of ["input", "change"]) form.addEventListener(kind, forget); // an answer is about what was asked

function forget() {
  asked++;
  result.hidden = true;
}

function named() {
  forget();
  const file = chosen.files[0];
  drop.querySelector("[data-name]").textContent = file ? `${file.name}, ${file.size.toLocaleString("en-US")} bytes` : "";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file, key, older] = [chosen.files[0], form.elements.key.value, form.elements.previous.files[0]];
  if (!file) { chosen.focus(); return; }
  forget();
  const now = asked;
  button.disabled = true;
  say("Checking…");
  try {
    const found = await answer(file, key, older);
    if (now === asked) show(found, file.name); else say("");
  } finally { button.disabled = false; }
});

async function answer(file, key, older) {
  await new Promise((next) => setTimeout(next)); // let the page show that it works
  if (Math.max(file.size, older?.size ?? 0) > MOST_BYTES) return unread(`The file is larger than ${MOST_BYTES.toLocaleString("en-US")} bytes.`);
  try {
    const raw = await bytes(file), past = older ? await bytes(older) : null;
    if (raw[0] === 0x25 && raw[1] === 0x50) return { ...unread(), code: "pdf", facts: { "SHA-256": await fileDigest(raw) } }; // "%P" of a PDF
    return await verify(raw, key.split(/\s+/).filter(Boolean), past);
  } catch { return unread("The file cannot be read: it was changed or moved since you chose it, or is larger than this browser can hold."); }
}

const unread = (...lines) => ({ code: 2, lines, notes: [], notChecked: [], facts: {} });

const bytes = async (file) => new Uint8Array(await file.arrayBuffer());
const say = (words) => { const status = document.getElementById("status"); if (status) status.textContent = words; };

function show(found, name) {
  for (const verdict of result.querySelectorAll("[data-verdict]")) verdict.hidden = verdict.dataset.verdict !== String(found.code);
  const facts = { File: shown(name), ...found.facts }; // which one, as several may have been tried
  part("facts").replaceChildren(...Object.entries(facts).map(([term, value]) => row(term, value)));
  list("found", found.code ? found.lines : []);
  list("lines", found.code ? [] : found.lines);
  list("notes", found.notes);
  list("not-checked", found.notChecked);
  const look = result.querySelector("[data-look]"); // a pack of before the bags is a PDF alone: only its digest can be compared
  if (look) look.href = `?sha256=${found.facts["SHA-256"] ?? ""}#digest`;
  reveal(`The answer is there: ${result.querySelector("[data-verdict]:not([hidden]) b").textContent}`);
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
