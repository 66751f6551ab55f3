/* The check of an evidence pack in a browser: verify_pack.py once more, part by part, without sending
   a byte anywhere. No library: members of the zip are stored, hashes are WebCrypto's where the page
   is in a secure context and ours elsewhere. verify(file, keys, previous) gives the same codes. */

export const GOOD = 0, ALTERED = 1, UNSAFE = 2, FOREIGN = 3;
export const MOST_BYTES = 2 * 1024 ** 3;
const MOST_FILES = 1_000_000, MOST_NAME = 240, DEEPEST_JSON = 100, MOST_NOTE = 1_000_000;

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

const ascii = (raw) => Array.from(raw, (byte) => (byte < 128 ? String.fromCharCode(byte) : "\ufffd")).join("");

function toBase64(raw) {
  let text = "";
  for (let at = 0; at < raw.length; at += 0x8000) text += String.fromCharCode(...raw.subarray(at, at + 0x8000));
  return btoa(text);
}

function fromBase64(text, what) {
  let raw;
  try { raw = atob(text); } catch { return unsafe(`${what} is not base64.`); }
  if (btoa(raw) !== text) unsafe(`${what} is not written as base64 is.`);
  return Uint8Array.from(raw, (char) => char.charCodeAt(0));
}

/* A text out of the pack so that it cannot play tricks on a screen. */
export function shown(text, most = 200) {
  const plain = Array.from(String(text).slice(0, most + 1), (char) => (/[\p{C}\p{Zl}\p{Zp}]/u.test(char) ? "?" : char)).join("");
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

export function readJson(raw, what) {
  const text = decode(raw, what);
  let value;
  try { value = JSON.parse(text); } catch { unsafe(`${what} is not JSON.`); }
  if (canonical(value) !== text) unsafe(`${what} is not in the canonical form of JSON.`);
  return value;
}

/* --- The zip: every byte of it is accounted for --------------------------------------------------- */
const ZIP64_FROM = 0x7fffffff, FULL16 = 0xffff, FULL32 = 0xffffffff, PLAIN_FILE = 0o100644 * 0x10000, FIRST_DAY = 0x21;
const PART = "(?!(?:[cC][oO][nN]|[pP][rR][nN]|[aA][uU][xX]|[nN][uU][lL]|[cC][oO][mM]\\d|[lL][pP][tT]\\d)(?:\\.|/|$))[A-Za-z0-9_][A-Za-z0-9._-]*(?<!\\.)";
const SAFE_NAME = new RegExp(`^${PART}(?:/${PART})+$`);

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
const hasLongSize = (member) => member.size * 1.05 > ZIP64_FROM;

function localHeader(member) {
  const long = hasLongSize(member), size = long ? FULL32 : member.size, name = encode(member.name);
  const extra = long ? pack(...two(1, 16), ...eight(member.size, member.size)) : new Uint8Array();
  const fields = [[4, 0x04034b50], ...two(long ? 45 : 20, 0, 0, 0, FIRST_DAY), ...four(member.checksum, size, size)];
  return join(pack(...fields, ...two(name.length, extra.length)), name, extra);
}

function centralHeader(member) {
  const long = member.size > ZIP64_FROM ? [member.size, member.size] : [];
  if (member.offset > ZIP64_FROM) long.push(member.offset);
  const extra = long.length ? pack(...two(1, 8 * long.length), ...eight(...long)) : new Uint8Array();
  const version = long.length || hasLongSize(member) ? 45 : 20, size = member.size > ZIP64_FROM ? FULL32 : member.size;
  const name = encode(member.name), offset = member.offset > ZIP64_FROM ? FULL32 : member.offset;
  const start = [[4, 0x02014b50], [1, version], [1, 3], [1, version], [1, 0], ...two(0, 0, 0, FIRST_DAY), ...four(member.checksum, size, size)];
  return join(pack(...start, ...two(name.length, extra.length, 0, 0, 0), ...four(PLAIN_FILE, offset)), name, extra);
}

function endOfZip(members, size, offset) {
  let more = new Uint8Array();
  if (members > FULL16 || size > ZIP64_FROM || offset > ZIP64_FROM) {
    const record = [[4, 0x06064b50], [8, 44], ...two(45, 45), ...four(0, 0), ...eight(members, members, size, offset)];
    more = pack(...record, [4, 0x07064b50], [4, 0], [8, offset + size], [4, 1]);
    members = Math.min(members, FULL16); size = Math.min(size, FULL32); offset = Math.min(offset, FULL32);
  }
  return join(more, pack([4, 0x06054b50], ...two(0, 0, members, members), ...four(size, offset), [2, 0]));
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => { for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1; return n; });
function crc32(raw) {
  let crc = -1;
  for (let at = 0; at < raw.length; at++) crc = CRC[(crc ^ raw[at]) & 255] ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}

const wide = (view, at) => { const value = view.getBigUint64(at, true); return value > 2n ** 53n ? unsafe("A size in the zip is out of all bounds.") : Number(value); };

function findDirectory(data, view) {
  const end = data.length - 22;
  if (end < 0 || view.getUint32(0, true) !== 0x04034b50) unsafe("This is not a zip file, or its end is missing.");
  if (view.getUint32(end, true) !== 0x06054b50) unsafe("The zip does not end where it should: it is cut off, or something follows.");
  let members = view.getUint16(end + 10, true), size = view.getUint32(end + 12, true), offset = view.getUint32(end + 16, true);
  const before = end - 20 - 56;
  if (before >= 0 && view.getUint32(before, true) === 0x06064b50) [members, size, offset] = [wide(view, before + 32), wide(view, before + 40), wide(view, before + 48)];
  if (members > MOST_FILES) unsafe(`The zip says it holds ${count(members)} files; at most ${count(MOST_FILES)} are read.`);
  const ending = endOfZip(members, size, offset);
  if (offset + size + ending.length !== data.length || !same(data.subarray(offset + size), ending)) unsafe("The end of the zip is not what its directory calls for.");
  return { members, start: offset, end: offset + size };
}

function refuseOdd(view, at) {
  const flags = view.getUint16(at + 8, true), attributes = view.getUint32(at + 38, true);
  if (flags & 0x41) unsafe("A file in the zip is encrypted.");
  if (flags || view.getUint16(at + 10, true) || ![20, 45].includes(view.getUint8(at + 4))) unsafe("A file in the zip is compressed, or written in another way than packs are.");
  if (attributes >>> 28 === 0o12) unsafe("The zip holds a symbolic link.");
  if (view.getUint8(at + 5) !== 3 || attributes !== PLAIN_FILE >>> 0) unsafe("The zip holds something that is not a plain file.");
}

function readDirectory(data, view, directory) {
  const members = [];
  let at = directory.start;
  for (let n = 0; n < directory.members; n++) {
    if (at + 46 > directory.end || view.getUint32(at, true) !== 0x02014b50) unsafe("The directory of the zip is broken.");
    refuseOdd(view, at);
    const length = view.getUint16(at + 28, true), more = view.getUint16(at + 30, true), line = data.subarray(at, at + 46 + length + more);
    const name = ascii(data.subarray(at + 46, at + 46 + length));
    if (name.length > MOST_NAME || !SAFE_NAME.test(name)) unsafe(`The zip holds a file with an unsafe name: ${shown(name)}.`);
    if (line.length !== 46 + length + more) unsafe("The directory of the zip is broken.");
    const long = [];
    if (more % 8 === 4) for (let place = at + 46 + length + 4; place < at + line.length; place += 8) long.push(wide(view, place));
    const member = { name, checksum: view.getUint32(at + 16, true), size: view.getUint32(at + 24, true), offset: view.getUint32(at + 42, true) };
    if (member.size === FULL32 && long.length >= 2) [member.size] = long.splice(0, 2);
    if (member.offset === FULL32 && long.length) [member.offset] = long;
    if (!same(line, centralHeader(member))) unsafe(`The zip's line for ${name} is not written as packs are.`);
    members.push(member);
    at += line.length;
  }
  if (at !== directory.end) unsafe("The directory of the zip is longer than its files.");
  return members;
}

export function readZip(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.length), directory = findDirectory(data, view);
  const members = readDirectory(data, view, directory), files = new Map();
  if (new Set(members.map(({ name }) => name.toLowerCase())).size !== members.length) unsafe("Two files in the zip have the same name.");
  let at = 0, last = "";
  for (const member of members) {
    if (member.name <= last) unsafe("The files in the zip are not in the order of their names.");
    const header = localHeader(member), start = at + header.length;
    if (member.offset !== at || !same(data.subarray(at, start), header)) unsafe(`What stands before ${member.name} in the zip is not its header.`);
    at = start + member.size;
    if (at > directory.start) unsafe(`${member.name} says it is larger than the zip.`);
    const file = data.subarray(start, at);
    if (crc32(file) !== member.checksum) altered(`${member.name} was changed: its checksum in the zip does not hold.`);
    files.set(member.name, file);
    last = member.name;
  }
  if (at !== directory.start) unsafe("There are bytes between the last file of the zip and its directory.");
  return files;
}

/* --- Keys, signed notes and the Merkle tree (C2SP signed-note, tlog-proof; RFC 9162) --------------- */
export function readKey(text) {
  const parts = text.split("+"), name = parts[0], given = parts[1] ?? "", raw = fromBase64(parts.slice(2).join("+"), "A key");
  const id = sha256(join(encode(name + "\n"), raw)).subarray(0, 4);
  if (raw.length !== 33 || raw[0] !== 1 || hex(id) !== given || !name || shown(name) !== name) unsafe(`This is not a key of an Ed25519 log: ${shown(text)}.`);
  return { text, name, id: given, raw: raw.subarray(1) };
}
const has = (keys, key) => keys.some((one) => one.text === key.text);

async function openNote(raw, keys, what) {
  if (raw.length > MOST_NOTE || raw.some((byte) => byte < 32 && byte !== 10)) unsafe(`${what} is not a signed note.`);
  const whole = decode(raw, what), gap = whole.lastIndexOf("\n\n");
  if (gap < 0 || !whole.endsWith("\n") || gap + 2 >= whole.length) unsafe(`${what} is not a signed note.`);
  const text = whole.slice(0, gap + 1), signers = [];
  for (const line of whole.slice(gap + 2, -1).split("\n")) {
    const first = line.indexOf(" "), second = line.indexOf(" ", first + 1), name = second < 0 ? line.slice(first + 1) : line.slice(first + 1, second);
    const signature = fromBase64(second < 0 ? "" : line.slice(second + 1), `A signature of ${what}`);
    if (line.slice(0, first) !== "—" || signature.length < 5) unsafe(`${what} has a line that is no signature.`);
    const key = keys.find((one) => one.name === name && one.id === hex(signature.subarray(0, 4)));
    if (key && !(await isSigned(key.raw, encode(text), signature.subarray(4)))) altered(`${what} was changed: the signature of ${shown(name)} does not hold.`);
    if (key && !has(signers, key)) signers.push(key);
  }
  return { text, signers };
}

function readCheckpoint(text, what) {
  const [origin, size, hash, ...rest] = text.split("\n");
  if (!rest.length || !/^(0|[1-9][0-9]{0,17})$/.test(size)) unsafe(`${what} is not a checkpoint.`);
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

function hashesOf(text, what) {
  if (text && !text.endsWith("\n")) unsafe(`${what} is not a list of hashes.`);
  const lines = text.split("\n").slice(0, -1);
  if (lines.length > 130) unsafe(`${what} is longer than any proof.`);
  return lines.map((line) => hashOf(line, what));
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
const PREVIOUS = "data/ledger/previous/checkpoint.txt", GROWTH = "data/ledger/previous/consistency.txt";
const ENTRY = /^data\/ledger\/entries\/([0-9]{9,18})\.json$/, PROOF = /^data\/ledger\/proofs\/([0-9]{9,18})\.tlog-proof$/;
const CHANGE = /^data\/keys\/changes\/[0-9]{3,}\.txt$/, CHANGE_TEXT = /^muster key change\n(.+)\n(.+)\n(.+)\n(.+)\n$/;
const IN_TOTO = "application/vnd.in-toto+json", MOST_SAMPLED = 25;

class Pack {
  constructor(data) {
    const files = readZip(data), folders = new Set([...files.keys()].map((name) => name.split("/")[0]));
    if (folders.size !== 1) unsafe("The zip does not hold exactly one folder.");
    [this.folder] = folders;
    this.files = new Map([...files].map(([name, file]) => [name.slice(this.folder.length + 1), file]));
    Object.assign(this, { size: data.length, told: {}, data: {}, entries: new Map(), keys: [], signer: null, tree: null, done: [], notable: [], notChecked: [] });
  }
  read(name) { return this.files.get(name) ?? altered(`The pack has no ${name}.`); }
  matching(pattern) { return [...this.files.keys()].filter((name) => pattern.test(name)); }
}

async function checkLists(pack) {
  const names = [...pack.files.keys()], payload = names.filter((name) => name.startsWith("data/"));
  const tags = names.filter((name) => !name.startsWith("data/") && !LISTS_OF_TAGS.includes(name));
  [...BAG_FILES, ...LISTS, ...LISTS_OF_TAGS, STATEMENT].forEach((name) => pack.read(name));
  for (const name of LISTS_OF_TAGS) await compareList(pack, name, tags);
  for (const name of LISTS) await compareList(pack, name, payload);
  const octets = payload.reduce((sum, name) => sum + pack.files.get(name).length, 0);
  const described = ascii(pack.read("bag-info.txt")).includes(`\nPayload-Oxum: ${octets}.${payload.length}\n`);
  if (!described || ascii(pack.read("bagit.txt")) !== "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n") altered("bagit.txt or bag-info.txt does not describe this bag.");
  pack.done.push(`Every one of the ${count(names.length)} files (${count(pack.size)} bytes) has the SHA-256 and the SHA-512 that the lists in the pack give, and no file is missing or too many.`);
}

async function compareList(pack, listing, names) {
  const method = listing.includes("512") ? "SHA-512" : "SHA-256", made = [];
  for (const name of names) made.push(`${hex(await digest(method, pack.files.get(name)))}  ${name}`);
  const text = new TextDecoder().decode(pack.read(listing));
  if (same(pack.read(listing), encode(made.map((line) => line + "\n").join("")))) return;
  const found = new Set(text.split("\n").filter(Boolean)), ours = new Set(made);
  const [other] = [...made.filter((line) => !found.has(line)).sort(), ...[...found].filter((line) => !ours.has(line)).sort(), listing];
  altered(`${shown(other.split("  ").at(-1))} is not as ${listing} says: altered, added or missing.`);
}

async function checkSignature(pack, pinned) {
  const envelope = readJson(pack.read(STATEMENT), STATEMENT), one = envelope?.signatures?.[0];
  const expected = one && { payload: envelope.payload, payloadType: IN_TOTO, signatures: [{ keyid: one.keyid, sig: one.sig }] };
  const texts = one && [envelope.payload, one.keyid, one.sig].every((value) => typeof value === "string");
  if (!texts || canonical(envelope) !== canonical(expected)) unsafe(`${STATEMENT} is not an envelope with one signature.`);
  const key = readKey(one.keyid), statement = fromBase64(envelope.payload, "The statement");
  const signature = fromBase64(one.sig, "The signature of the statement");
  const text = join(encode(`DSSEv1 ${IN_TOTO.length} ${IN_TOTO} ${statement.length} `), statement);
  if (!(await isSigned(key.raw, text, signature))) altered(`The signature of the statement does not hold for ${shown(key.name)}.`);
  pack.keys = await keysReached(pack, pinned);
  if (!has(pack.keys, key)) foreign(notKnown(key, pinned));
  pack.signer = key;
  pack.done.push(`The list of all digests is signed by ${key.text}, ${has(pinned, key) ? "a key you gave" : "to which signed changes of the key lead from the one you gave"}.`);
  return statement;
}

function notKnown(key, pinned) {
  const said = `The pack is signed with ${shown(key.text)}. `;
  return said + (pinned.length ? "That is none of the keys you gave, and no change of keys leads to it from one." : "You named no key: get it by another way than the pack, and give it here.");
}

async function keysReached(pack, pinned) {
  const keys = [...pinned];
  for (const name of pack.matching(CHANGE)) {
    const raw = pack.read(name), parts = CHANGE_TEXT.exec((await openNote(raw, [], name)).text);
    if (!parts) unsafe(`${name} is not a change of keys.`);
    const old = readKey(parts[2]), next = readKey(parts[3]);
    if (!has(keys, old)) continue;
    const { signers } = await openNote(raw, [old, next], name);
    if (!has(signers, old) || !has(signers, next) || old.name !== parts[1] || next.name !== parts[1]) altered(`${name} is not signed by both the old and the new key.`);
    keys.push(next);
    pack.notable.push(`The key was changed on ${shown(parts[4])}: now ${shown(next.text)}.`);
  }
  return keys;
}

async function checkStatement(pack, raw) {
  const statement = readJson(raw, "The statement"), subject = [];
  for (const [name, file] of pack.files) {
    if (name !== STATEMENT && !LISTS_OF_TAGS.includes(name)) subject.push({ name, digest: { sha256: hex(await digest("SHA-256", file)) } });
  }
  if (canonical(statement.subject) !== canonical(subject)) {
    const listed = new Set((Array.isArray(statement.subject) ? statement.subject : []).map((one) => canonical(one)));
    const other = subject.filter((one) => !listed.has(canonical(one))).map(({ name }) => name), files = other.filter((name) => !LISTS.includes(name));
    altered(`What was signed is not what is here: ${shown((files.length ? files : other).join(", ") || "a file that is gone")}.`);
  }
  pack.told = statement.predicate;
  if (statement._type !== "https://in-toto.io/Statement/v1" || statement.predicateType !== "urn:muster:evidence-pack:1") unsafe("The statement is of a kind that this page does not know.");
  if (pack.told.pack !== pack.folder || !pack.files.has(`data/${pack.folder}.pdf`)) altered(`The statement is about ${shown(pack.told.pack)}, not ${pack.folder}.`);
  pack.done.push(`The statement names the ${count(subject.length)} other files by digest, the PDF among them.`);
}

async function checkLedger(pack) {
  const note = pack.read(CHECKPOINT), tree = await signedCheckpoint(note, pack.keys, CHECKPOINT), told = pack.told.ledger;
  if (!tree) foreign("The checkpoint is not signed by the log's key.");
  pack.tree = tree;
  if (told.origin !== tree.origin || told.size !== tree.size || told.root !== hex(tree.root)) altered("The checkpoint is not the one that the statement speaks of.");
  const names = pack.matching(ENTRY), proofs = new Set(pack.matching(PROOF));
  for (const name of names) {
    const proof = name.replace("/entries/", "/proofs/").replace(".json", ".tlog-proof");
    checkEntry(pack, name, proof, note);
    proofs.delete(proof);
  }
  if (proofs.size) altered(`${[...proofs][0]} proves an entry that is not in the pack.`);
  checkInterval(pack, told);
  pack.done.push(`Ledger entries here byte for byte: ${count(names.length)}. Each has its place among the ${count(tree.size)} entries under the signed root ${hex(tree.root)}.`);
}

function checkEntry(pack, name, proof, note) {
  const body = pack.read(name), digits = ENTRY.exec(name)[1], number = Number(digits);
  const head = encode(`c2sp.org/tlog-proof@v1\nindex ${number}\n`), tail = join(Uint8Array.of(10), note), text = pack.read(proof), end = text.length - tail.length;
  if (digits !== String(number).padStart(9, "0") || !same(text.subarray(0, head.length), head) || end < head.length || !same(text.subarray(end), tail)) {
    altered(`${proof} does not prove entry ${number} under the pack's checkpoint.`);
  }
  const path = hashesOf(ascii(text.subarray(head.length, end)), proof);
  if (!isIncluded(number, sha256(join(Uint8Array.of(0), body)), path, pack.tree)) altered(`${name} is not entry ${number} of the signed ledger.`);
  pack.entries.set(number, readJson(body, name));
}

function checkInterval(pack, told) {
  const { from: first, to: last } = told, interval = first === null ? 0 : last - first + 1;
  const inside = first === null ? 0 : [...pack.entries.keys()].filter((number) => first <= number && number <= last).length;
  if (told.entries !== pack.entries.size || told.interval !== interval || told.withheld !== interval - inside || interval < 0) altered("The counts of ledger entries in the statement do not hold.");
  if (interval && !(first >= 0 && first <= last && last < pack.tree.size)) altered("The interval of ledger entries lies outside the ledger.");
  if (!pack.entries.has(told.request)) altered("The entry that asked for this pack is not in it.");
  pack.notable.push(`Of the ${count(interval)} entries of the period, ${count(inside)} are here and ${count(interval - inside)} were left out as not about these systems.`);
}

async function checkGrowth(pack, yours) {
  const told = pack.told.previous;
  let carried = null;
  if ([PREVIOUS, GROWTH].some((name) => (told === null) === pack.files.has(name))) altered("The earlier checkpoint is not as the statement says.");
  if (told !== null) {
    const { text, signers } = await openNote(pack.read(PREVIOUS), pack.keys, PREVIOUS);
    carried = readCheckpoint(text, PREVIOUS);
    const path = hashesOf(ascii(pack.read(GROWTH)), GROWTH);
    if (told.size !== carried.size || told.root !== hex(carried.root)) altered("The earlier checkpoint is not the one that the statement speaks of.");
    if (carried.origin !== pack.tree.origin || !hasGrown(carried, pack.tree, path)) altered("The ledger is not the earlier one with entries appended.");
    if (!signers.length) pack.notChecked.push("Who signed the earlier checkpoint: you did not give its key.");
    pack.done.push(`From ${count(carried.size)} to ${count(pack.tree.size)} entries the ledger only grew.`);
  }
  if (!yours) { pack.notChecked.push("Whether the ledger only grew since a pack of yours: none given."); return; }
  await compareYours(pack, yours, carried);
}

async function compareYours(pack, raw, carried) {
  const note = raw[0] === 0x50 && raw[1] === 0x4b ? new Pack(raw).read(CHECKPOINT) : raw;
  const yours = await signedCheckpoint(note, pack.keys, "Your earlier checkpoint"), is = (tree) => tree && tree.origin === yours.origin && tree.size === yours.size && same(tree.root, yours.root);
  if (!yours || yours.origin !== pack.tree.origin) foreign("Your earlier checkpoint is of another log, or its key was not given.");
  if (yours.size > pack.tree.size) altered(`This pack is older than yours: ${count(pack.tree.size)} entries, yours has ${count(yours.size)}. Either an old pack was handed out again, or the ledger was cut.`);
  if (is(pack.tree) || is(carried)) pack.done.push(`Your earlier ledger, of ${count(yours.size)} entries, is the start of this.`);
  else if (yours.size === pack.tree.size || yours.size === carried?.size) altered(`The ledger of ${count(yours.size)} entries that you hold is another one.`);
  else unsafe(`This pack proves growth from ${carried ? count(carried.size) + " entries" : "none"}, yours ends at ${count(yours.size)}: ask for a pack that proves it from yours.`);
}

function checkData(pack) {
  pack.data = readJson(pack.read(DATA), DATA);
  const { told, data } = pack, refs = data.systems.map(({ ref }) => ref), found = [...pack.files.keys()].filter((name) => name.startsWith("data/systems/"));
  for (const [name, value] of Object.entries(told)) {
    if (name !== "sealed_at" && (!Object.hasOwn(data, name) || canonical(data[name]) !== canonical(value))) altered(`${DATA} and the statement differ in “${shown(name)}”.`);
  }
  const listed = refs.map((ref) => `data/systems/${ref}.json`);
  if (canonical([...new Set(refs)].sort()) !== canonical(refs) || canonical(listed.sort()) !== canonical(found)) altered("The systems in data.json are not those whose files are here.");
  for (const system of data.systems) checkSystem(pack, system);
  if (canonical(told.population.refs) !== canonical(refs) || told.population.count !== refs.length) altered("The systems in the pack are not the population that the statement gives.");
  const { emergencies, refused } = data.exceptions;
  if (told.break_glass !== emergencies.length > 0 || told.refused_actions !== refused.length) altered("The exceptions in data.json are not those that the statement counts.");
  pack.done.push(`Each system of the population has its file: ${count(refs.length)}.`);
}

function checkSystem(pack, system) {
  const name = `data/systems/${system.ref}.json`, raw = pack.read(name);
  if (system.file !== name || system.sha256 !== hex(sha256(raw)) || readJson(raw, name).ref !== system.ref) altered(`${name} is not the one that data.json speaks of.`);
}

function checkSample(pack) {
  const { sample, ledger: told, population } = pack.told, seed = hex(sha256(encode(canonical(pack.data.systems))));
  const drawn = (things) => things.map((thing) => [hex(sha256(encode(`${seed}:${thing}`))), thing]).sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, MOST_SAMPLED).map(([, thing]) => thing);
  const span = told.from === null ? [] : Array.from({ length: told.to - told.from + 1 }, (_, at) => told.from + at);
  const expected = [seed, drawn(population.refs), drawn(span.filter((number) => !pack.entries.has(number)))];
  if (canonical([sample.seed, sample.refs, sample.numbers]) !== canonical(expected)) altered("The sample is not the one that its seed draws.");
  pack.done.push(`The sample (systems: ${sample.refs.length}) is the one that its seed draws.`);
}

function checkOpenings(pack) {
  const openings = readJson(pack.read(OPENINGS), OPENINGS);
  openings.forEach(({ number, path }, at) => {
    const before = openings[at - 1];
    if (before && !(before.number < number || (before.number === number && byCharacter(before.path, path) < 0))) altered(`${OPENINGS} is not in its order.`);
  });
  for (const { number, path, salt, value } of openings) {
    const hash = toBase64(sha256(join(fromBase64(salt, "A salt"), encode(canonical(value)))));
    if (canonical(valueAt(pack.entries.get(number).data, path)) !== canonical({ c: hash })) altered(`The value of ${shown(path)} in entry ${number} is not the recorded one.`);
  }
  const hidden = [...pack.entries.values()].reduce((sum, entry) => sum + commitments(entry.data), 0) - openings.length;
  pack.done.push(`Personal values shown that are the recorded ones: ${count(openings.length)}.`);
  if (hidden > 0) pack.notChecked.push(`Personal values that were erased or not handed out: ${count(hidden)}. That they were recorded is proven, what they said is not shown.`);
}

function byCharacter(one, other) { // by whole characters, as Python compares, and not by their halves
  const left = Array.from(one, (char) => char.codePointAt(0)), right = Array.from(other, (char) => char.codePointAt(0));
  const at = left.findIndex((code, n) => code !== right[n]);
  return at < 0 ? left.length - right.length : left[at] - (right[at] ?? -1);
}

function valueAt(value, path) {
  for (const part of path.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (!Object.hasOwn(value, key)) throw new TypeError("nothing lies there");
    value = value[key];
  }
  return value;
}

function commitments(value) {
  if (!value || typeof value !== "object") return 0;
  if (Object.keys(value).length === 1 && typeof value.c === "string" && value.c.length === 44) return 1;
  return Object.values(value).reduce((sum, item) => sum + commitments(item), 0);
}

/* --- The report ----------------------------------------------------------------------------------- */
export const NEVER_CHECKED = [
  "That Muster wrote down everything that happened, and that what was written was true then.",
  "That a system meets the law: no pack says so.",
  "That the key is really theirs: compare it with what they gave you by another way.",
  "The certificate of the seal inside the PDF (a PDF reader shows it); its bytes are checked.",
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
  const { told } = pack, lines = [...pack.notable];
  if (told.break_glass) lines.unshift(`BREAK-GLASS was used (${pack.data.exceptions.emergencies.length}): somebody went past the rules.`);
  if (told.refused_actions) lines.push(`Actions that were refused: ${count(told.refused_actions)}. The pack lists them.`);
  for (const kind of Object.keys(told.missing).sort()) if (told.missing[kind]) lines.push(`Missing: ${kind} (${told.missing[kind]}).`);
  return lines;
}

export async function verify(data, keys, previous = null) {
  try {
    const pinned = keys.map(readKey), pack = new Pack(data);
    pack.done.push("The file is a plain zip, and each of its bytes has its place.");
    await checkLists(pack);
    await checkStatement(pack, await checkSignature(pack, pinned));
    await checkLedger(pack);
    for (const check of [checkData, checkSample, checkOpenings]) check(pack);
    await checkGrowth(pack, previous);
    const clean = (lines) => lines.map((line) => shown(line, 600));
    return { code: GOOD, lines: clean(pack.done), notes: clean(flagged(pack)), notChecked: [...pack.notChecked, ...NEVER_CHECKED], facts: about(pack) };
  } catch (problem) {
    const words = problem instanceof Refused ? problem.message : `The pack is not laid out as this page knows packs (${problem}).`;
    return { code: problem instanceof Refused ? problem.code : UNSAFE, lines: [shown(words, 600)], notes: [], notChecked: [STOPPED, ...NEVER_CHECKED], facts: {} };
  }
}
