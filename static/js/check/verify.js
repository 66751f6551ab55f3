/* The check of an evidence pack in a browser: verify_pack.py once more, part by part, without sending
   a byte anywhere. No library: members of the zip are stored, hashes are WebCrypto's where the page
   is in a secure context and ours elsewhere. verify(file, keys, previous) gives the same codes. */

export const GOOD = 0, ALTERED = 1, UNSAFE = 2, FOREIGN = 3;
export const MOST_BYTES = 2_000_000_000; // these bounds are the program's
const MOST_FILES = 1_000_000, MOST_NAME = 240, MOST_TEXT = 300_000_000, MOST_VALUES = 5_000_000, DEEPEST_JSON = 100, MOST_NOTE = 100_000;
const MOST_FOLDERS = 10_000, MOST_SIGNERS = 100, MOST_KNOWN = 4, MOST_CHANGES = 1_000, MOST_EARLIER = 1_000, MOST_ENTRY = 65_535, MOST_PLACE = 500, MOST_KINDS = 1_000;
const MOST_HASHES = 130, MOST_DRAWN = 10_000_000, SAMPLED = 25;

class Refused extends Error {
  constructor(code, words) { super(words); this.code = code; }
}
const altered = (words) => { throw new Refused(ALTERED, words); };
const unsafe = (words) => { throw new Refused(UNSAFE, words); };
const foreign = (words) => { throw new Refused(FOREIGN, words); };

/* --- Bytes ------------------------------------------------------------------------------------ */
const encode = (text) => new TextEncoder().encode(text);
const hex = (raw) => Array.from(raw, (byte) => byte.toString(16).padStart(2, "0")).join("");
const count = (number) => number.toLocaleString("en-US");

function same(one, other) {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}

function decode(raw, what) {
  try { return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw); }
  catch { return unsafe(`${what} is not text.`); }
}

const ascii = (raw) => Array.from(raw, (byte) => (byte < 128 ? String.fromCharCode(byte) : "\ufffd")).join(""); // of short texts
const byByte = (raw) => new TextDecoder("latin1").decode(raw); // no two bytes become one letter

function toBase64(raw) {
  let text = "";
  for (let at = 0; at < raw.length; at += 0x8000) text += String.fromCharCode(...raw.subarray(at, at + 0x8000));
  return btoa(text);
}

function fromBase64(text, what) {
  let raw;
  try { raw = atob(text); } catch { return unsafe(`${what} is not base64.`); }
  if (btoa(raw) !== text) unsafe(`${what} is not written as base64 is.`);
  const bytes = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at++) bytes[at] = raw.charCodeAt(at);
  return bytes;
}

/* A text out of the pack so that it cannot play tricks on a screen. */
export function shown(text, most = 200) {
  const plain = Array.from(String(text).slice(0, most + 1), (char) => (char !== " " && /[\p{C}\p{Z}]/u.test(char) ? "?" : char)).join("");
  return plain.length <= most ? plain : plain.slice(0, most) + "…";
}

/* --- SHA-256 and SHA-512 (FIPS 180-4) ----------------------------------------------------------
   Their constants are the fractions of square and cube roots of the first primes: worked out. */
const PRIMES = [];
for (let n = 2; PRIMES.length < 80; n++) if (PRIMES.every((prime) => n % prime)) PRIMES.push(n);

function root(value, power) { // the whole part of a root of a BigInt
  let low = 0n, high = 1n << 72n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** power <= value) low = middle; else high = middle;
  }
  return low;
}
const fraction = (prime, power) => BigInt.asUintN(64, root(BigInt(prime) << (64n * power), power));
const K = PRIMES.map((prime) => fraction(prime, 3n)), H = PRIMES.slice(0, 8).map((prime) => fraction(prime, 2n));
const upper = (values) => Uint32Array.from(values, (value) => Number(value >> 32n));
const lower = (values) => Uint32Array.from(values, (value) => Number(value & 0xffffffffn));
const KH = upper(K), KL = lower(K), HH = upper(H), HL = lower(H);

function padded(raw, block) {
  const size = Math.ceil((raw.length + 1 + block / 8) / block) * block, whole = new Uint8Array(size);
  whole.set(raw); whole[raw.length] = 0x80;
  const view = new DataView(whole.buffer);
  view.setUint32(size - 8, Math.floor(raw.length / 2 ** 29)); view.setUint32(size - 4, raw.length << 3);
  return view;
}

export function sha256(raw) {
  const view = padded(raw, 64), state = HH.slice(), w = new Uint32Array(64);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  for (let start = 0; start < view.byteLength; start += 64) {
    for (let t = 0; t < 16; t++) w[t] = view.getUint32(start + 4 * t);
    for (let t = 16; t < 64; t++) {
      const a = w[t - 15], b = w[t - 2];
      w[t] = w[t - 16] + w[t - 7] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let t = 0; t < 64; t++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + KH[t] + w[t]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((value, at) => { state[at] += value; });
  }
  return words(state);
}

function words(state) {
  const view = new DataView(new ArrayBuffer(4 * state.length));
  state.forEach((word, at) => view.setUint32(4 * at, word));
  return new Uint8Array(view.buffer);
}

export function sha512(raw) { // each number of 64 bits is a pair: its upper and its lower half
  const view = padded(raw, 128), sh = HH.slice(), sl = HL.slice(), wh = new Uint32Array(80), wl = new Uint32Array(80);
  const v = new Uint32Array(16); // a to h, upper at 0, lower at 8
  const up = (h, l, n) => (n < 32 ? (h >>> n) | (l << (32 - n)) : (l >>> (n - 32)) | (h << (64 - n)));
  const sigma = (h, l, i, j, k) => up(h, l, i) ^ up(h, l, j) ^ up(h, l, k);
  const carry = (sum) => (sum / 2 ** 32) | 0;
  for (let start = 0; start < view.byteLength; start += 128) {
    for (let t = 0; t < 80; t++) {
      if (t < 16) { wh[t] = view.getUint32(start + 8 * t); wl[t] = view.getUint32(start + 8 * t + 4); continue; }
      const ah = wh[t - 15], al = wl[t - 15], bh = wh[t - 2], bl = wl[t - 2];
      const xh = up(ah, al, 1) ^ up(ah, al, 8) ^ (ah >>> 7), xl = up(al, ah, 1) ^ up(al, ah, 8) ^ ((al >>> 7) | (ah << 25));
      const yh = up(bh, bl, 19) ^ up(bh, bl, 61) ^ (bh >>> 6), yl = up(bl, bh, 19) ^ up(bl, bh, 61) ^ ((bl >>> 6) | (bh << 26));
      const low = wl[t - 16] + (xl >>> 0) + wl[t - 7] + (yl >>> 0);
      wl[t] = low; wh[t] = wh[t - 16] + xh + wh[t - 7] + yh + carry(low);
    }
    v.set(sh); v.set(sl, 8);
    for (let t = 0; t < 80; t++) {
      const low = v[15] + (sigma(v[12], v[4], 14, 18, 41) >>> 0) + (((v[12] & v[13]) ^ (~v[12] & v[14])) >>> 0) + KL[t] + wl[t];
      const high = v[7] + sigma(v[4], v[12], 14, 18, 41) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + KH[t] + wh[t] + carry(low);
      const l2 = (sigma(v[8], v[0], 28, 34, 39) >>> 0) + (((v[8] & v[9]) ^ (v[8] & v[10]) ^ (v[9] & v[10])) >>> 0);
      const h2 = sigma(v[0], v[8], 28, 34, 39) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])) + carry(l2);
      v.copyWithin(1, 0, 7); v.copyWithin(9, 8, 15);
      const e = v[12] + (low >>> 0), a = (low >>> 0) + (l2 >>> 0);
      v[12] = e; v[4] = v[4] + high + carry(e);
      v[8] = a; v[0] = high + h2 + carry(a);
    }
    for (let at = 0; at < 8; at++) { const low = sl[at] + v[8 + at]; sh[at] = sh[at] + v[at] + carry(low); sl[at] = low; }
  }
  return words(Uint32Array.from({ length: 16 }, (_, at) => (at % 2 ? sl : sh)[at >> 1]));
}

const subtle = globalThis.isSecureContext ? globalThis.crypto?.subtle : undefined;

async function digest(method, raw) { // of files; the small hashes of trees are made here at once
  if (subtle && raw.length > 4096) return new Uint8Array(await subtle.digest(method, raw));
  return method === "SHA-512" ? sha512(raw) : sha256(raw);
}

export const fileDigest = async (raw) => hex(await digest("SHA-256", raw));

/* --- Ed25519 (RFC 8032), strictly: no second form of a signature or key is accepted -------------- */
const P = 2n ** 255n - 19n, ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (n) => { const rest = n % P; return rest < 0n ? rest + P : rest; };
function power(base, exponent) {
  let result = 1n;
  for (base = mod(base); exponent; exponent >>= 1n) { if (exponent & 1n) result = (result * base) % P; base = (base * base) % P; }
  return result;
}
const D = mod(-121665n * power(121666n, P - 2n)), ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);
const NEUTRAL = [0n, 1n, 1n, 0n];
const little = (raw) => BigInt("0x" + hex(Uint8Array.from(raw).reverse()));

function pointAdd(a, b) {
  const low = mod((a[1] - a[0]) * (b[1] - b[0])), high = mod((a[1] + a[0]) * (b[1] + b[0]));
  const twist = mod(2n * a[3] * b[3] * D), scale = mod(2n * a[2] * b[2]);
  const e = high - low, f = scale - twist, g = scale + twist, h = high + low;
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}
function pointTimes(factor, point) {
  let result = NEUTRAL;
  for (; factor; factor >>= 1n) { if (factor & 1n) result = pointAdd(result, point); point = pointAdd(point, point); }
  return result;
}
const samePoint = (a, b) => mod(a[0] * b[2] - b[0] * a[2]) === 0n && mod(a[1] * b[2] - b[1] * a[2]) === 0n;

function pointOf(raw) {
  const number = little(raw), sign = number >> 255n, y = number & ((1n << 255n) - 1n);
  if (y >= P) return null;
  const square = mod((y * y - 1n) * power(D * y * y + 1n, P - 2n));
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x - square)) x = mod(x * ROOT_OF_MINUS_ONE);
  if (mod(x * x - square) || (x === 0n && sign)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}
const BASE_Y = mod(4n * power(5n, P - 2n));
const BASE = pointOf(Uint8Array.from({ length: 32 }, (_, at) => Number((BASE_Y >> BigInt(8 * at)) & 255n)));
const hasSmallOrder = (point) => samePoint(pointTimes(8n, point), NEUTRAL);
const held = new Map(); // signatures that were checked already

export async function isSigned(publicKey, message, signature, byBrowser = true) {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const seen = [hex(publicKey), hex(signature), hex(sha256(message)), byBrowser].join();
  if (!held.has(seen)) held.set(seen, await signatureHolds(publicKey, message, signature, byBrowser));
  return held.get(seen);
}

async function signatureHolds(publicKey, message, signature, byBrowser) {
  const key = pointOf(publicKey), nonce = pointOf(signature.subarray(0, 32)), factor = little(signature.subarray(32));
  if (!key || !nonce || factor >= ORDER || hasSmallOrder(key) || hasSmallOrder(nonce)) return false;
  if (byBrowser && subtle) {
    try {
      const imported = await subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
      return await subtle.verify({ name: "Ed25519" }, imported, signature, message);
    } catch { /* a browser that does not know Ed25519: as below */ }
  }
  const challenge = little(sha512(join(signature.subarray(0, 32), publicKey, message))) % ORDER;
  return samePoint(pointTimes(factor, BASE), pointAdd(nonce, pointTimes(challenge, key)));
}

/* --- JSON in its one canonical form (RFC 8785) ---------------------------------------------------- */
export function canonical(value, depth = 0) {
  if (depth > DEEPEST_JSON) unsafe("A JSON file is nested too deeply.");
  if (Array.isArray(value)) return "[" + value.map((item) => canonical(item, depth + 1)).join(",") + "]";
  if (value && typeof value === "object") {
    return "{" + Object.keys(value).sort().map((name) => canonical(name) + ":" + canonical(value[name], depth + 1)).join(",") + "}";
  }
  if (typeof value === "string" && /\p{Surrogate}/u.test(value)) unsafe("A JSON file holds half a character.");
  if (typeof value === "number" && Math.abs(value) >= 2 ** 53 && Math.abs(value) < 1e21) unsafe("A JSON file holds a number that is too large.");
  return JSON.stringify(value);
}

const equal = (one, other) => canonical(one ?? null) === canonical(other ?? null);

export function readJson(raw, what) {
  let opens = 0;
  for (const byte of raw) if (byte === 0x2c || byte === 0x5b || byte === 0x7b) opens++; // , [ {
  if (opens > MOST_VALUES) unsafe(`${what} holds more than ${count(MOST_VALUES)} values.`);
  const text = decode(raw, what);
  let value;
  try { value = JSON.parse(text); } catch { unsafe(`${what} is not JSON.`); }
  if (canonical(value) !== text) unsafe(`${what} is not in the canonical form of JSON.`);
  return value;
}

/* What must be there in what is read as JSON, and of which kind; there may be more. A name that ends
   with a question mark may be missing or null, "*" stands for every name. The program has the same. */
const SHAPES = {
  "statement": {
    "_type": "text", "predicateType": "text", "subject": [{"name": "text"}],
    "predicate": {
      "pack": "text", "subject": "text", "organisation": "text", "purpose?": "text",
      "scope": {"unit": "text", "chosen_by": "text"},
      "population": {"count": "any", "refs": "any"},
      "period": {"from?": "text", "to?": "text", "zone": "text"},
      "requested_by": "text", "requested_at": "text", "read_at": "text", "sealed_at": "text",
      "ledger": {
        "origin": "any", "size": "any", "root": "any", "from": "any", "to": "any",
        "entries": "any", "interval": "any", "withheld": "any", "request": "any"
      },
      "previous": "any",
      "sample": {"seed": "any", "refs": "any", "numbers": "any"},
      "break_glass": "any", "refused_actions": "any", "missing": {"*": "number"}
    }
  },
  "entry": {"action": "text", "data": "any"},
  "data": {
    "systems": [{"ref": "text", "file": "text", "sha256": "text"}],
    "exceptions": {
      "refused": [{"number": "number"}], "overridden": [{"number": "number"}],
      "waivers": [{"number": "number"}], "emergencies": [{"number": "number"}]
    },
    "evidence?": {
      "files": [{"file": "text", "sha256": "digest", "bytes": "number", "systems": ["text"]}],
      "left_out": [{"sha256": "digest", "systems": ["text"]}]
    }
  },
  "system": {"ref": "text"},
  "openings": [{"number": "number", "path": "text", "salt": "text", "value": "any"}]
};
const DIGEST = /^[0-9a-f]{64}$/;

function shaped(value, kind, what) {
  const fault = misshaped(value, SHAPES[kind], "all of it");
  return fault ? unsafe(`${what} is not laid out as this is known here: ${shown(fault)}.`) : value;
}

/* Where a JSON value first has not its shape; empty when it has it. */
function misshaped(value, shape, place) {
  if (typeof shape === "string") return isOf(shape, value) ? "" : place;
  if (!value || typeof value !== "object" || Array.isArray(value) !== Array.isArray(shape)) return place;
  for (const [part, inner, name] of partsOf(value, shape, place)) {
    const fault = misshaped(part, inner, name);
    if (fault) return fault;
  }
  return "";
}

function* partsOf(value, shape, place) {
  if (Array.isArray(shape)) { for (const item of value) yield [item, shape[0], place]; return; }
  if (Object.hasOwn(shape, "*")) { for (const item of Object.values(value)) yield [item, shape["*"], place]; return; }
  for (const [name, part] of Object.entries(shape)) {
    const bare = name.replace("?", ""), own = Object.hasOwn(value, bare) ? value[bare] : undefined; // undefined is no JSON: it is absent
    if (bare === name || (own ?? null) !== null) yield [own, part, bare];
  }
}

function isOf(kind, value) {
  if (kind === "number") return Number.isSafeInteger(value);
  if (kind === "any") return value !== undefined;
  return typeof value === "string" && (kind === "text" || DIGEST.test(value));
}

/* --- The zip: every byte of it is accounted for --------------------------------------------------- */
const MOST_IN_END = 0xffff, PLAIN_FILE = 0o100644 * 0x10000, FIRST_DAY = 0x21;
const PART = "(?!(?:[cC][oO][nN]|[pP][rR][nN]|[aA][uU][xX]|[nN][uU][lL]|[cC][oO][mM]\\d|[lL][pP][tT]\\d)(?:\\.|/|$))[A-Za-z0-9_][A-Za-z0-9._-]*(?<!\\.)";
const SAFE_NAME = new RegExp(`^${PART}(?:/${PART}){1,8}$`);

/* Bytes of numbers, each with its width: pack([2, 20], [8, size]). */
function pack(...fields) {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [width]) => sum + width, 0)));
  let at = 0;
  for (const [width, value] of fields) {
    if (width === 1) view.setUint8(at, value);
    else if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return new Uint8Array(view.buffer);
}
const two = (...values) => values.map((value) => [2, value]);
const four = (...values) => values.map((value) => [4, value]);
const eight = (...values) => values.map((value) => [8, value]);

function localHeader({ name, size, checksum }) {
  return join(pack([4, 0x04034b50], ...two(20, 0, 0, 0, FIRST_DAY), ...four(checksum, size, size), ...two(name.length, 0)), encode(name));
}

function centralHeader({ name, size, checksum, offset }) {
  const start = [[4, 0x02014b50], [1, 20], [1, 3], [1, 20], [1, 0], ...two(0, 0, 0, FIRST_DAY), ...four(checksum, size, size)];
  return join(pack(...start, ...two(name.length, 0, 0, 0, 0), ...four(PLAIN_FILE, offset)), encode(name));
}

function endOfZip(members, size, offset) {
  const record = [[4, 0x06064b50], [8, 44], ...two(45, 45), ...four(0, 0), ...eight(members, members, size, offset)];
  const more = members > MOST_IN_END ? pack(...record, [4, 0x07064b50], [4, 0], [8, offset + size], [4, 1]) : new Uint8Array();
  const few = Math.min(members, 0xffff);
  return join(more, pack([4, 0x06054b50], ...two(0, 0, few, few), ...four(size, offset), [2, 0]));
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => { for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1; return n; });
function crc32(raw) {
  let crc = -1;
  for (let at = 0; at < raw.length; at++) crc = CRC[(crc ^ raw[at]) & 255] ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}

/* Names, sizes and checksums are read from the headers in front of the files; from these alone all
   headers, the directory and the end are made again and compared with what is there. */
export function readZip(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.length), members = [], files = new Map();
  const isHeader = (place) => place + 4 <= data.length && view.getUint32(place, true) === 0x04034b50;
  if (!isHeader(0)) unsafe("This is not a zip file.");
  let at = 0;
  while (isHeader(at)) {
    const member = readHeader(data, view, at), last = members.at(-1)?.name, start = at + 30 + member.name.length;
    if (last === member.name) unsafe(`Two files in the zip have the same name: ${last}.`);
    if (last > member.name) unsafe(`Two files in the zip are not in order: ${member.name}.`);
    at = start + member.size;
    if (at > data.length) unsafe(`${member.name} says it is larger than the zip.`);
    if (members.length === MOST_FILES) unsafe(`The zip holds more files than are read, ${count(MOST_FILES)} at most.`);
    members.push(member);
    files.set(member.name, data.subarray(start, at));
  }
  compareDirectory(data, view, members, at);
  refuseTwins([...files.keys()]);
  for (const { name, checksum } of members) if (crc32(files.get(name)) !== checksum) altered(`${name} was changed: its checksum in the zip does not hold.`);
  return files;
}

function readHeader(data, view, at) {
  if (at + 30 > data.length) unsafe("The zip is cut off.");
  const length = view.getUint16(at + 26, true), name = ascii(data.subarray(at + 30, at + 30 + length));
  if (name.length > MOST_NAME || !SAFE_NAME.test(name)) unsafe(`The zip holds a file with an unsafe name: ${shown(name)}.`);
  const member = { name, size: view.getUint32(at + 22, true), checksum: view.getUint32(at + 14, true), offset: at };
  const header = localHeader(member), why = odd(view.getUint16(at + 6, true), view.getUint16(at + 8, true));
  if (!same(data.subarray(at, at + 30 + length), header)) unsafe(`What stands before ${name} in the zip is not its header: ${why}.`);
  return member;
}

function odd(flags, method, system = 3, attributes = PLAIN_FILE) {
  if (flags & 0x41) return "it is encrypted";
  if (method) return "it is compressed, and packs are not";
  if (attributes >>> 28 === 0o12) return "it is a symbolic link";
  return system !== 3 || attributes !== PLAIN_FILE ? "it is not a plain file" : "it is not written as packs are";
}

function compareDirectory(data, view, members, start) {
  let at = start;
  for (const member of members) {
    const line = centralHeader(member), there = data.subarray(at, at + line.length);
    if (!same(there, line)) {
      if (there.length < line.length || view.getUint32(at, true) !== 0x02014b50) unsafe("The zip is cut off, or its directory is not that of its files.");
      const why = odd(view.getUint16(at + 8, true), view.getUint16(at + 10, true), view.getUint8(at + 5), view.getUint32(at + 38, true));
      unsafe(`The zip's line for ${member.name} is not its own: ${why}.`);
    }
    at += line.length;
  }
  if (!same(data.subarray(at), endOfZip(members.length, at - start, start))) unsafe("The zip does not end where it should: it is cut off, or something follows.");
}

function refuseTwins(names) {
  const paths = new Map(names.map((name) => [name, "file"]));
  for (const full of names) {
    for (let end = full.lastIndexOf("/"); end > 0; end = full.lastIndexOf("/", end - 1)) {
      const folder = full.slice(0, end);
      if (paths.get(folder) === "file") unsafe(`${folder} is both a file and a folder.`);
      paths.set(folder, "folder");
    }
  }
  if (paths.size > names.length + MOST_FOLDERS) unsafe(`The zip holds more than ${count(MOST_FOLDERS)} folders.`);
  if (new Set([...paths.keys()].map((path) => path.toLowerCase())).size !== paths.size) unsafe("Two files or folders in the zip have the same name but for its case.");
}

/* --- Keys, signed notes and the Merkle tree (C2SP signed-note, tlog-proof; RFC 9162) --------------- */
const KEY_NAME = /^[!-*,-~]{1,200}$/; // seen alike on every screen

export function readKey(text, what = "A key") {
  const parts = text.split("+"), name = parts[0], given = parts[1] ?? "", raw = fromBase64(parts.slice(2).join("+"), what);
  const id = sha256(join(encode(name + "\n"), raw)).subarray(0, 4);
  if (raw.length !== 33 || raw[0] !== 1 || hex(id) !== given || !KEY_NAME.test(name)) unsafe(`${what} is not one of an Ed25519 log: ${shown(text)}.`);
  return { text, name, id: given, raw: raw.subarray(1) };
}
const has = (keys, key) => keys.some((one) => one.text === key.text);

async function openNote(raw, keys, what) {
  if (raw.length > MOST_NOTE || raw.some((byte) => byte < 32 && byte !== 10)) unsafe(`${what} is not a signed note.`);
  const whole = decode(raw, what), gap = whole.lastIndexOf("\n\n");
  if (gap < 0 || !whole.endsWith("\n") || gap + 2 >= whole.length) unsafe(`${what} is not a signed note.`);
  const text = whole.slice(0, gap + 1), lines = whole.slice(gap + 2, -1).split("\n"), signers = [];
  if (lines.length > MOST_SIGNERS) unsafe(`${what} is not a signed note.`);
  for (const line of lines) {
    const first = line.indexOf(" "), second = line.indexOf(" ", first + 1), name = second < 0 ? line.slice(first + 1) : line.slice(first + 1, second);
    const signature = fromBase64(second < 0 ? "" : line.slice(second + 1), `A signature of ${what}`);
    if (line.slice(0, first) !== "—" || signature.length < 5) unsafe(`${what} has a line that is no signature.`);
    const key = keys.find((one) => one.name === name && one.id === hex(signature.subarray(0, 4)));
    if (!key) continue;
    if (has(signers, key) || signers.length === MOST_KNOWN) unsafe(`${what} has more signatures of ${shown(name)} than it can need.`);
    if (!(await isSigned(key.raw, encode(text), signature.subarray(4)))) altered(`${what} was changed: the signature of ${shown(name)} does not hold.`);
    signers.push(key);
  }
  return { text, signers };
}

function readCheckpoint(text, what) {
  const [origin, size, hash, ...rest] = text.split("\n");
  if (!rest.length || !/^(0|[1-9][0-9]{0,15})$/.test(size)) unsafe(`${what} is not a checkpoint.`);
  return { origin, size: Number(size), root: hashOf(hash, what) };
}

async function signedCheckpoint(raw, keys, what) {
  const { text, signers } = await openNote(raw, keys, what), found = readCheckpoint(text, what);
  return signers.some((key) => key.name === found.origin) ? found : null;
}

function hashOf(line, what) {
  const raw = fromBase64(line, `A hash in ${what}`);
  return raw.length === 32 ? raw : unsafe(`A hash in ${what} has the wrong length.`);
}

function hashesOf(raw, what) {
  if (raw.length > 45 * MOST_HASHES || (raw.length && raw.at(-1) !== 10)) unsafe(`${what} is not a list of hashes, or longer than any proof.`);
  return ascii(raw).split("\n").slice(0, -1).map((line) => hashOf(line, what));
}

const node = (left, right) => sha256(join(Uint8Array.of(1), left, right));
const half = (n) => Math.floor(n / 2);

function sides(at, last, hashes) {
  const left = [];
  for (let n = 0; n < hashes; n++) {
    if (last === 0) return null;
    left.push(at % 2 === 1 || at === last);
    while (left.at(-1) && at && at % 2 === 0) { at = half(at); last = half(last); }
    at = half(at); last = half(last);
  }
  return last === 0 ? left : null;
}

export function isIncluded(number, leaf, path, tree) {
  if (number < 0 || number >= tree.size) return false;
  const left = sides(number, tree.size - 1, path.length);
  return !!left && same(path.reduce((result, other, at) => (left[at] ? node(other, result) : node(result, other)), leaf), tree.root);
}

export function hasGrown(old, tree, path) {
  if (old.size === tree.size) return !path.length && same(old.root, tree.root);
  let whole = old.size;
  while (whole % 2 === 0 && whole) whole /= 2;
  const hashes = whole === 1 ? [old.root, ...path] : path;
  if (!(old.size > 0 && old.size < tree.size) || !hashes.length) return false;
  let at = old.size - 1, last = tree.size - 1;
  while (at % 2) { at = half(at); last = half(last); }
  const left = sides(at, last, hashes.length - 1);
  if (!left) return false;
  let before = hashes[0], after = hashes[0];
  left.forEach((isLeft, n) => {
    const other = hashes[n + 1];
    if (isLeft) { before = node(other, before); after = node(other, after); } else after = node(after, other);
  });
  return same(before, old.root) && same(after, tree.root);
}

/* --- The checks ----------------------------------------------------------------------------------- */
const BAG_FILES = ["bag-info.txt", "bagit.txt", "HOW-TO-CHECK.html", "verify_pack.py"];
const LISTS = ["manifest-sha256.txt", "manifest-sha512.txt"], LISTS_OF_TAGS = ["tagmanifest-sha256.txt", "tagmanifest-sha512.txt"];
const STATEMENT = "statement.dsse.json", DATA = "data/data.json", CHECKPOINT = "data/ledger/checkpoint.txt", OPENINGS = "data/ledger/openings.json";
const EARLIER = /^data\/ledger\/(?:previous|growth\/([^/]*))\//;
const SYSTEMS = "data/systems/", EVIDENCE = "data/evidence/", ENTRIES = "data/ledger/entries/", PROOFS = "data/ledger/proofs/", KEY_CHANGES = "data/keys/changes/";
const ENTRY = new RegExp(`^${ENTRIES}([0-9]{9,16})\\.json$`), CHANGE_TEXT = /^muster key change\n([^\n]+)\n([^\n]+)\n([^\n]+)\n([^\n]+)\n$/;
const LOSS_TEXT = /^muster key lost\n([^\n]+)\n([^\n]+)\n([^\n]+)\n([^\n]+)\n([0-9]{1,16})\n([^\n]+)\n$/;
const IN_TOTO = "application/vnd.in-toto+json";
/* the envelope has one form only, so it is not even read as JSON before its signature holds */
const ENVELOPE = /^\{"payload":"([A-Za-z0-9+/=]+)","payloadType":"application\/vnd\.in-toto\+json","signatures":\[\{"keyid":"([!#-\[\]-~]{1,500})","sig":"([A-Za-z0-9+/=]{88})"\}\]\}$/;
const FLAGGED = { // actions that data.json must list by themselves
  refused: ["release.refused", "review.refused"], overridden: ["matrix.overridden"], waivers: ["waiver.granted"],
  emergencies: ["release.emergency_activate", "release.emergency_expire", "release.retro_approve", "release.retro_reject"],
};
const KNOWN = new RegExp(String.raw`^(?:(?:bag-info|bagit|(?:tag)?manifest-sha(?:256|512))\.txt|HOW-TO-CHECK\.html|verify_pack\.py|`
  + String.raw`statement\.dsse\.json|data/(?:EP-[0-9]+\.pdf|data\.json|ro-crate-metadata\.json|`
  + String.raw`systems/[^/]+\.json|evidence/[^/]+|keys/(?:log\.vkey|seal\.pem|changes/[^/]+)|`
  + String.raw`ledger/(?:checkpoint\.txt|openings\.json|entries/[^/]+|proofs/[^/]+|`
  + String.raw`(?:previous|growth/[0-9]{9,18})/(?:checkpoint|consistency)\.txt)))$`);

class Pack {
  constructor(data) {
    const files = readZip(data), folders = new Set([...files.keys()].map((name) => name.split("/")[0]));
    if (folders.size !== 1) unsafe("The zip does not hold exactly one folder.");
    [this.folder] = folders;
    this.files = new Map([...files].map(([name, file]) => [name.slice(this.folder.length + 1), file]));
    Object.assign(this, { size: data.length, told: {}, data: {}, cited: new Map(), entries: new Map(), keys: [], signer: null, tree: null, done: [], notable: [], notChecked: [] });
  }
  read(name) {
    const file = this.files.get(name) ?? altered(`The pack has no ${name}.`);
    return file.length > MOST_TEXT ? unsafe(`${name} is larger than ${count(MOST_TEXT)} bytes.`) : file;
  }
  json(name, kind) { return shaped(readJson(this.read(name), name), kind, name); }
  below(folder) { return [...this.files.keys()].filter((name) => name.startsWith(folder)); }
}

async function checkLists(pack) {
  const names = [...pack.files.keys()], payload = names.filter((name) => name.startsWith("data/"));
  const tags = names.filter((name) => !name.startsWith("data/") && !LISTS_OF_TAGS.includes(name));
  [...BAG_FILES, ...LISTS, ...LISTS_OF_TAGS, STATEMENT].forEach((name) => pack.read(name));
  for (const name of LISTS_OF_TAGS) await compareList(pack, name, tags);
  for (const name of LISTS) await compareList(pack, name, payload);
  const octets = payload.reduce((sum, name) => sum + pack.files.get(name).length, 0);
  const described = byByte(pack.read("bag-info.txt")).split(`\nPayload-Oxum: ${octets}.${payload.length}\n`).length === 2;
  if (!described || byByte(pack.read("bagit.txt")) !== "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n") altered("bagit.txt or bag-info.txt does not describe this bag.");
  pack.done.push(`Every one of the ${count(names.length)} files (${count(pack.size)} bytes) has the SHA-256 and the SHA-512 that the lists in the pack give, and no file is missing or too many.`);
}

async function compareList(pack, listing, names) {
  const method = listing.includes("512") ? "SHA-512" : "SHA-256", made = [];
  for (const name of names) made.push(`${hex(await digest(method, pack.files.get(name)))}  ${name}`);
  const expected = encode(made.map((line) => line + "\n").join(""));
  if (same(pack.read(listing), expected)) return;
  const text = new TextDecoder().decode(pack.read(listing).subarray(0, 2 * expected.length));
  const found = new Set(text.split("\n").filter(Boolean)), ours = new Set(made);
  const [other] = [...made.filter((line) => !found.has(line)).sort(), ...[...found].filter((line) => !ours.has(line)).sort(), listing];
  altered(`${shown(other.split("  ").at(-1))} is not as ${listing} says: altered, added or missing.`);
}

async function checkSignature(pack, pinned) {
  const parts = ENVELOPE.exec(new TextDecoder("utf-8", { ignoreBOM: true }).decode(pack.read(STATEMENT)));
  if (!parts) unsafe(`${STATEMENT} is not an envelope with one signature.`);
  const statement = fromBase64(parts[1], "The statement"), key = readKey(parts[2], `The key in ${STATEMENT}`), signature = fromBase64(parts[3], "The signature of the statement");
  const text = join(encode(`DSSEv1 ${IN_TOTO.length} ${IN_TOTO} ${statement.length} `), statement);
  if (!(await isSigned(key.raw, text, signature))) altered(`The signature of the statement does not hold for ${shown(key.name)}.`);
  pack.keys = await keysReached(pack, pinned);
  if (!has(pack.keys, key)) foreign([notKnown(key, pinned), ...pack.notable].join(" "));
  pack.signer = key;
  pack.done.push(`The list of all digests is signed by ${key.text}, ${has(pinned, key) ? "a key you gave" : "to which signed changes of the key lead from the one you gave"}.`);
  return statement;
}

function notKnown(key, pinned) {
  const said = `The pack is signed with ${shown(key.text)}. `;
  return said + (pinned.length ? "That is none of the keys you gave, and no change of keys leads to it from one." : "You named no key: get it by another way than the pack, and give it here.");
}

async function keysReached(pack, pinned) {
  const keys = [...pinned], names = pack.below(KEY_CHANGES);
  if (names.length > MOST_CHANGES) unsafe(`The pack has more than ${count(MOST_CHANGES)} changes of the key.`);
  for (const name of names) {
    const raw = pack.read(name), { text } = await openNote(raw, [], name), lost = LOSS_TEXT.exec(text), parts = CHANGE_TEXT.exec(text);
    if (lost) { await checkLoss(pack, raw, name, lost); continue; }
    if (!parts) unsafe(`${name} is not a change of keys.`);
    const [old, next] = [parts[2], parts[3]].map((part) => readKey(part, `A key in ${name}`));
    if (!has(keys, old)) continue;
    const { signers } = await openNote(raw, [old, next], name);
    if (!has(signers, old) || !has(signers, next) || old.name !== parts[1] || next.name !== parts[1]) altered(`${name} is not signed by both the old and the new key.`);
    keys.push(next);
    pack.notable.push(`The key was changed on ${shown(parts[4])}: now ${shown(next.text)}.`);
  }
  return keys;
}

async function checkLoss(pack, raw, name, parts) {
  const [old, next] = [parts[2], parts[3]].map((part) => readKey(part, `A key in ${name}`)), { signers } = await openNote(raw, [next], name);
  if (!has(signers, next) || old.name !== parts[1] || next.name !== parts[1]) altered(`${name} is not signed by the new key.`);
  pack.notable.push(
    `WARNING: the key changed without the old key's signature at ${count(Number(parts[5]))} entries. ` +
    `The pack says that on ${shown(parts[4])} ${shown(old.text)} was declared lost and ${shown(next.text)} made. ` +
    "Only they can tell you that the new key is theirs: ask by another way, and ask why.",
  );
}

async function checkStatement(pack, raw) {
  const statement = shaped(readJson(raw, "The statement"), "statement", "The statement"), subject = [];
  for (const [name, file] of pack.files) {
    if (name !== STATEMENT && !LISTS_OF_TAGS.includes(name)) subject.push({ name, digest: { sha256: hex(await digest("SHA-256", file)) } });
  }
  if (canonical(statement.subject) !== canonical(subject)) {
    altered(`What was signed is not what is here: ${shown(differing(statement.subject, subject).join(", "))}.`);
  }
  pack.told = statement.predicate;
  if (statement._type !== "https://in-toto.io/Statement/v1" || statement.predicateType !== "urn:muster:evidence-pack:1") unsafe("The statement is of a kind that this page does not know.");
  if (Object.keys(pack.told.missing).length > MOST_KINDS) unsafe(`The statement says of more than ${count(MOST_KINDS)} kinds that they are missing.`);
  if (pack.told.pack !== pack.folder || !pack.files.has(`data/${pack.folder}.pdf`)) altered(`The statement is about ${shown(pack.told.pack)}, not ${pack.folder}.`);
  pack.done.push(`The statement names the ${count(subject.length)} other files by digest, the PDF among them.`);
}

/* The files that are gone, and those that are not as they were signed. */
function differing(signed, here) {
  const names = new Set(here.map(({ name }) => name)), listed = new Set(signed.map((one) => canonical(one)));
  const other = [...signed.filter(({ name }) => !names.has(name)), ...here.filter((one) => !listed.has(canonical(one)))].map(({ name }) => name);
  const files = other.filter((name) => !LISTS.includes(name));
  return files.length ? files : other.length ? other : ["their order"];
}

async function checkLedger(pack) {
  const note = pack.read(CHECKPOINT), tree = await signedCheckpoint(note, pack.keys, CHECKPOINT), told = pack.told.ledger;
  if (!tree) foreign("The checkpoint is not signed by the log's key.");
  pack.tree = tree;
  if (told.origin !== tree.origin || told.size !== tree.size || told.root !== hex(tree.root)) altered("The checkpoint is not the one that the statement speaks of.");
  const names = pack.below(ENTRIES);
  for (const name of names) checkEntry(pack, name, note);
  const proven = new Set(names.map((name) => PROOFS + name.slice(ENTRIES.length, -".json".length) + ".tlog-proof"));
  for (const proof of pack.below(PROOFS)) if (!proven.has(proof)) altered(`${proof} proves an entry that is not in the pack.`);
  pack.done.push(`Ledger entries here byte for byte: ${count(names.length)}. Each has its place among the ${count(tree.size)} entries under the signed root ${hex(tree.root)}.`);
}

function checkEntry(pack, name, note) {
  const digits = ENTRY.exec(name)?.[1], number = Number(digits), proof = `${PROOFS}${digits}.tlog-proof`;
  if (digits !== String(number).padStart(9, "0")) altered(`${name} is not the name of an entry.`);
  const body = pack.read(name), text = pack.read(proof);
  if (body.length > MOST_ENTRY) unsafe(`${name} is larger than ${count(MOST_ENTRY)} bytes.`);
  const tail = join(Uint8Array.of(10), note), end = text.length - tail.length;
  const head = encode(`c2sp.org/tlog-proof@v1\nindex ${number}\n`);
  if (!same(text.subarray(0, head.length), head) || end < head.length || !same(text.subarray(end), tail)) altered(`${proof} does not prove entry ${number} under the pack's checkpoint.`);
  const path = hashesOf(text.subarray(head.length, end), proof);
  if (!isIncluded(number, sha256(join(Uint8Array.of(0), body)), path, pack.tree)) altered(`${name} is not entry ${number} of the signed ledger.`);
  pack.entries.set(number, pack.json(name, "entry").action);
}

function periodOf(pack) { // its first number, and how many there are
  const { from: first, to: last } = pack.told.ledger;
  if (first === null && last === null) return { first: 0, length: 0 };
  if (!(Number.isInteger(first) && Number.isInteger(last) && first >= 0 && first <= last && last < pack.tree.size)) altered("The interval of ledger entries lies outside the ledger.");
  if (last - first >= MOST_DRAWN) unsafe(`The period has more than ${count(MOST_DRAWN)} entries, too many to check here.`);
  return { first, length: last - first + 1 };
}

function checkInterval(pack) {
  const told = pack.told.ledger, { first, length } = periodOf(pack);
  const inside = [...pack.entries.keys()].filter((number) => first <= number && number < first + length).length;
  if (!equal([told.entries, told.interval, told.withheld], [pack.entries.size, length, length - inside])) altered("The counts of ledger entries in the statement do not hold.");
  if (!pack.entries.has(told.request)) altered("The entry that asked for this pack is not in it.");
  pack.notable.push(`Of the ${count(length)} entries of the period, ${count(inside)} are here and ${count(length - inside)} were left out as not about these systems.`);
}

async function checkGrowth(pack, yours) {
  const told = pack.told.previous, carried = [], places = new Map(told === null ? [] : [["data/ledger/previous/", undefined]]);
  for (const name of pack.files.keys()) { const found = EARLIER.exec(name); if (found) places.set(found[0], found[1]); }
  if (places.size > MOST_EARLIER) unsafe(`The pack shows growth from more than ${count(MOST_EARLIER)} earlier ledgers.`);
  for (const place of [...places.keys()].sort()) {
    const earlier = await grownFrom(pack, place), size = places.get(place);
    carried.push(earlier);
    if (!(size === undefined ? equal(told, { size: earlier.size, root: hex(earlier.root) }) : size === String(earlier.size).padStart(9, "0"))) altered(`${place} does not hold the checkpoint that the pack speaks of.`);
  }
  if (yours) await compareYours(pack, yours, carried);
  else pack.notChecked.push("Whether the ledger only grew since a pack of yours: none given.");
}

/* An earlier checkpoint in the pack, whose ledger is the start of the pack's. */
async function grownFrom(pack, place) {
  const { text, signers } = await openNote(pack.read(`${place}checkpoint.txt`), pack.keys, place), earlier = readCheckpoint(text, place);
  const path = pack.read(`${place}consistency.txt`);
  if (earlier.origin !== pack.tree.origin || !hasGrown(earlier, pack.tree, hashesOf(path, place))) altered("The ledger is not the earlier one with entries appended.");
  pack.done.push(`From ${count(earlier.size)} to ${count(pack.tree.size)} entries the ledger only grew.`);
  if (!signers.length) pack.notChecked.push(`Who signed the checkpoint in ${place}: you gave no key of theirs.`);
  return earlier;
}

async function compareYours(pack, raw, carried) {
  const note = raw[0] === 0x50 && raw[1] === 0x4b ? new Pack(raw).read(CHECKPOINT) : raw, known = [pack.tree, ...carried];
  const yours = await signedCheckpoint(note, pack.keys, "Your earlier checkpoint"), is = (tree) => tree.origin === yours.origin && tree.size === yours.size && same(tree.root, yours.root);
  if (!yours || yours.origin !== pack.tree.origin) foreign("Your earlier checkpoint is of another log, or its key was not given.");
  if (yours.size > pack.tree.size) altered(`This pack is older than yours: ${count(pack.tree.size)} entries, yours has ${count(yours.size)}. Either an old pack was handed out again, or the ledger was cut.`);
  if (!known.some((tree) => tree.size === yours.size)) {
    const start = [...new Set(carried.map((one) => one.size))].sort((a, b) => a - b).map(count).join(" and ");
    unsafe(`This pack proves growth from ${start || "none"}, yours ends at ${count(yours.size)}: ask for a pack that proves it from yours.`);
  }
  if (!known.some(is)) altered(`The ledger of ${count(yours.size)} entries that you hold is another one.`);
  pack.done.push(`Your earlier ledger, of ${count(yours.size)} entries, is the start of this.`);
}

function checkData(pack) {
  const { told } = pack, data = pack.json(DATA, "data"), refs = data.systems.map(({ ref }) => ref);
  for (const [name, value] of Object.entries(told)) {
    if (name !== "sealed_at" && !equal(Object.hasOwn(data, name) ? data[name] : null, value)) altered(`${DATA} and the statement differ in “${shown(name)}”.`);
  }
  if (!equal(refs.map((ref) => `${SYSTEMS}${ref}.json`).sort(), pack.below(SYSTEMS))) altered("The systems in data.json are not those whose files are here.");
  for (const system of data.systems) {
    const name = `${SYSTEMS}${system.ref}.json`, facts = pack.json(name, "system");
    pack.cited.set(system.ref, new Set(digestsIn(facts)));
    if (system.file !== name || system.sha256 !== hex(sha256(pack.read(name))) || facts.ref !== system.ref) altered(`${name} is not the one that data.json speaks of.`);
  }
  const sorted = [...new Set(refs)].sort();
  if (!equal(refs, sorted) || !equal(told.population, { count: refs.length, refs: sorted })) altered("The systems in the pack are not the population that the statement gives.");
  pack.data = data;
  pack.done.push(`Each system of the population has its file: ${count(refs.length)}.`);
}

function checkExceptions(pack) {
  const lists = pack.data.exceptions, kinds = Object.keys(FLAGGED), inOrder = (numbers) => [...new Set(numbers)].sort((a, b) => a - b);
  for (const kind of kinds) {
    const here = [...pack.entries].filter(([, action]) => FLAGGED[kind].includes(action)).map(([number]) => number);
    if (!equal(inOrder(lists[kind].map(({ number }) => number)), inOrder(here))) altered(`The list “${kind}” in data.json is not what the entries here say.`);
  }
  if (!equal([pack.told.break_glass, pack.told.refused_actions], [lists.emergencies.length > 0, lists.refused.length])) altered("The exceptions in data.json are not those that the statement counts.");
  pack.done.push(`Refusals, overrides, waivers and emergencies among them: ${count(kinds.reduce((sum, kind) => sum + lists[kind].length, 0))}, listed.`);
}

async function checkEvidence(pack) {
  const told = pack.data.evidence ?? { files: [], left_out: [] };
  for (const one of [...told.files, ...told.left_out]) {
    if (!one.systems.length || one.systems.some((ref) => !pack.cited.get(ref)?.has(one.sha256))) altered(`No system's facts name the file ${shown(one.sha256)}.`);
  }
  if (!equal(pack.below(EVIDENCE), told.files.map(({ file }) => file))) altered("The files of evidence are not those that data.json lists.");
  for (const one of told.files) {
    const file = pack.files.get(one.file);
    if (!equal([one.sha256, one.bytes], [hex(await digest("SHA-256", file)), file.length])) altered(`${one.file} is not the file that the record names.`);
  }
  if (told.files.length) pack.done.push(`Files of evidence with the digest that the record gives: ${count(told.files.length)}.`);
  if (told.left_out.length) pack.notChecked.push(`Files of evidence that are not in the pack: ${count(told.left_out.length)}. data.json says which and why, with the digest that such a file must have.`);
}

function* digestsIn(value) {
  if (typeof value === "string") { if (DIGEST.test(value)) yield value; }
  else if (value && typeof value === "object") for (const item of Object.values(value)) yield* digestsIn(item);
}

function checkSample(pack) {
  const { sample, population } = pack.told, seed = hex(sha256(encode(canonical(pack.data.systems)))), { first, length } = periodOf(pack);
  const leftOut = function* () { for (let at = 0; at < length; at++) if (!pack.entries.has(first + at)) yield first + at; };
  if (!equal([sample.seed, sample.refs, sample.numbers], [seed, drawn(seed, population.refs), drawn(seed, leftOut())])) altered("The sample is not the one that its seed draws.");
  pack.done.push(`The sample (systems: ${sample.refs.length}) is the one that its seed draws.`);
}

function drawn(seed, things) { // the lowest, lowest first; never more of them at once than are asked for
  const lowest = [], before = (one, other) => { const at = one.findIndex((byte, n) => byte !== other[n]); return at >= 0 && one[at] < other[at]; };
  for (const thing of things) {
    const hash = sha256(encode(`${seed}:${thing}`));
    if (lowest.length === SAMPLED && !before(hash, lowest.at(-1)[0])) continue;
    const place = lowest.findIndex(([other]) => before(hash, other));
    lowest.splice(place < 0 ? lowest.length : place, 0, [hash, thing]);
    if (lowest.length > SAMPLED) lowest.pop();
  }
  return lowest.map(([, thing]) => thing);
}

function checkOpenings(pack) {
  const openings = pack.json(OPENINGS, "openings"), opened = new Map(), place = (number, path) => `${number} ${path}`;
  openings.forEach((opening, at) => {
    const { number, path } = opening, before = openings[at - 1];
    if (before && !(before.number < number || (before.number === number && byCharacter(before.path, path) < 0))) altered(`${OPENINGS} is not in its order.`);
    opened.set(place(number, path), opening);
  });
  let shut = 0;
  for (const number of pack.entries.keys()) { // read again one by one: all at once can be more than memory holds
    const name = `${ENTRIES}${String(number).padStart(9, "0")}.json`, entry = JSON.parse(decode(pack.read(name), name));
    for (const [path, hash] of commitments(entry.data)) {
      const opening = opened.get(place(number, path));
      if (!opening) { shut++; continue; }
      opened.delete(place(number, path));
      if (openingOf(opening) !== hash) notRecorded(opening);
    }
  }
  for (const opening of opened.values()) notRecorded(opening);
  pack.done.push(`Personal values shown that are the recorded ones: ${count(openings.length)}.`);
  if (shut) pack.notChecked.push(`Personal values that were erased or not handed out: ${count(shut)}. That they were recorded is proven, what they said is not shown.`);
}

/* The commitment that an opening opens; empty when its salt is none. */
function openingOf({ salt, value }) {
  const raw = fromBase64(salt, "A salt"), hash = toBase64(sha256(join(raw, encode(canonical(value)))));
  return raw.length === 32 ? hash : "";
}
const notRecorded = ({ number, path }) => altered(`The value of ${shown(path)} in entry ${number} is not the recorded one.`);

function byCharacter(one, other) { // by whole characters, as Python compares, and not by their halves
  const left = Array.from(one, (char) => char.codePointAt(0)), right = Array.from(other, (char) => char.codePointAt(0));
  const at = left.findIndex((code, n) => code !== right[n]);
  return at < 0 ? left.length - right.length : left[at] - (right[at] ?? -1);
}

/* The JSON pointer (RFC 6901) and the digest of each commitment in an entry. */
function* commitments(value, path = "") {
  if (path.length > MOST_PLACE && [...path.slice(0, 2 * MOST_PLACE + 2)].length > MOST_PLACE) unsafe("An entry has a place deeper than any that a personal value has.");
  if (!value || typeof value !== "object") return;
  if (Object.keys(value).length === 1 && typeof value.c === "string" && value.c.length === 44) { yield [path, value.c]; return; }
  for (const [name, item] of Object.entries(value)) yield* commitments(item, `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
}

function checkOthers(pack) {
  if (!same(pack.read("data/keys/log.vkey"), encode(pack.signer.text + "\n"))) altered("data/keys/log.vkey is not the key that signed.");
  const unknown = [...pack.files.keys()].filter((name) => !KNOWN.test(name));
  if (unknown.length) pack.notChecked.push(`What these files are, which are signed but of no kind that this page knows: ${shown(unknown.join(", "))}.`);
  pack.notChecked.push("Whether the verify_pack.py in the pack is the program that others have: compare its SHA-256 before you use it.");
}

/* --- The report ----------------------------------------------------------------------------------- */
export const NEVER_CHECKED = [
  "That Muster wrote down everything that happened, and that what was written was true then.",
  "That a system meets the law: no pack says so.",
  "That the key is really theirs: compare it with what they gave you by another way.",
  "That what is told of the systems follows from the ledger's entries: both are signed, as told.",
  "The times: they are by the signer's own clock.",
  "The certificate of the seal inside the PDF, and its time stamp if it has one (a PDF reader shows them); its bytes are checked.",
  "That the PDF's pages say what data.json says: both were signed together, as they are.",
];

const STOPPED = "What comes after it: the check ends at the first thing that does not hold.";

function about(pack) {
  const { told } = pack, { ledger, period, scope } = told;
  return {
    Pack: `${told.pack}, ${told.subject}`,
    Organisation: told.organisation,
    Purpose: told.purpose || "not given",
    "Signed by": pack.signer.text,
    Ledger: `${count(ledger.size)} entries, of which ${count(ledger.entries)} are here`,
    Period: `${period.from || "the beginning"} to ${period.to || "the day of reading"} (${period.zone})`,
    Scope: `${scope.unit}, systems: ${count(told.population.count)}, chosen by ${scope.chosen_by}`,
    "Asked for": `${told.requested_at} by ${told.requested_by}`,
    "Read, sealed": `${told.read_at}, ${told.sealed_at}`,
  };
}

function flagged(pack) {
  const { told } = pack, lines = [];
  if (told.break_glass) lines.push(`BREAK-GLASS was used (${pack.data.exceptions.emergencies.length}): somebody went past the rules.`);
  if (told.refused_actions) lines.push(`Actions that were refused: ${count(told.refused_actions)}. The pack lists them.`);
  for (const kind of Object.keys(told.missing).sort()) if (told.missing[kind]) lines.push(`Missing: ${kind} (${told.missing[kind]}).`);
  return [...lines, ...pack.notable];
}

export async function verify(data, keys, previous = null) {
  try {
    const pinned = keys.map((key) => readKey(key)), pack = new Pack(data);
    pack.done.push("The file is a plain zip, and each of its bytes has its place.");
    await checkLists(pack);
    await checkStatement(pack, await checkSignature(pack, pinned));
    await checkLedger(pack);
    for (const check of [checkInterval, checkData, checkExceptions]) check(pack);
    await checkEvidence(pack);
    for (const check of [checkSample, checkOpenings]) check(pack);
    await checkGrowth(pack, previous);
    checkOthers(pack);
    const clean = (lines) => lines.map((line) => shown(line, 600));
    return { code: GOOD, lines: clean(pack.done), notes: clean(flagged(pack)), notChecked: [...clean(pack.notChecked), ...NEVER_CHECKED], facts: about(pack) };
  } catch (problem) {
    const words = problem instanceof Refused ? problem.message : `The pack is not laid out as this page knows packs (${problem}).`;
    return { code: problem instanceof Refused ? problem.code : UNSAFE, lines: [shown(words, 600)], notes: [], notChecked: [STOPPED, ...NEVER_CHECKED], facts: {} };
  }
}
