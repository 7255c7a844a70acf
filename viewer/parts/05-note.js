// Signed notes, checkpoints, proofs and trust files, as C2SP writes them (signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof, tlog-policy).

const noteBytesMax = 65536;
const noteSignaturesMax = 16;
const proofHashesMax = 63;
const keyTypes = { 1: "Ed25519", 4: "cosignature" };

/** @param {string} name */
function isNoteName(name) {
  return name.length > 0 && !/[\s+\u0085\u180e]/u.test(name);
}

/** `name+hex8+base64(type || key)`; the key id is computed again. @param {string} line */
function parseVkey(line) {
  const match = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(line);
  demand(match !== null && isNoteName(match[1]), `key ${shorten(line)}: expected name+id+key`);
  const [, name, id, encoded] = match;
  const typed = fromBase64(encoded, `key ${name}`);
  demand(typed.length === 33 && typed[0] in keyTypes, `key ${name}: not an Ed25519 log key (01) or witness key (04)`);
  const expected = hex(sha256(utf8(name), Uint8Array.of(0x0a), typed).subarray(0, 4));
  demand(expected === id, `key ${name}: its id must be ${expected}, got ${id}`);
  return { name, id, type: typed[0], key: typed.slice(1), text: line };
}

/** Split at the last empty line; nothing is verified yet. @param {Uint8Array} bytes @param {string} what */
function parseNote(bytes, what) {
  demand(bytes.length <= noteBytesMax, `${what}: more than 64 KiB`);
  const whole = text(bytes, what);
  // eslint-disable-next-line no-control-regex
  const control = /[\u0000-\u0009\u000b-\u001f\u007f]/.exec(whole);
  demand(control === null, `${what}: control character`, control?.index);
  const split = whole.lastIndexOf("\n\n");
  demand(split >= 0 && whole.endsWith("\n"), `${what}: no signature part`);
  const signed = whole.slice(0, split + 1);
  const lines = whole.slice(split + 2, -1).split("\n");
  demand(whole.length > split + 2 && lines.length <= noteSignaturesMax, `${what}: expected 1 to ${noteSignaturesMax} signature lines`);
  const signatures = lines.map((line) => {
    const match = /^\u2014 ([^ ]+) ([A-Za-z0-9+/=]+)$/u.exec(line);
    demand(match !== null && isNoteName(match[1]), `${what}: signature line ${shorten(line)}`);
    const blob = fromBase64(match[2], `${what}: signature of ${match[1]}`);
    demand(blob.length > 4, `${what}: signature of ${match[1]} is too short`);
    return { name: match[1], id: hex(blob.subarray(0, 4)), bytes: blob.slice(4), line };
  });
  return { signed, signatures, bytes };
}

/** The three lines that a log signs. @param {ReturnType<typeof parseNote>} note @param {string} what */
function parseCheckpoint(note, what) {
  const lines = note.signed.split("\n");
  demand(lines.length === 4, `${what}: expected origin, size and root (C2SP tlog-checkpoint), got ${lines.length - 1} lines`);
  const [origin, sizeText, rootText] = lines;
  demand(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(origin), `${what}: origin ${JSON.stringify(origin)} is not a bare lower-case name`);
  const root = fromBase64(rootText, `${what}: root`);
  demand(root.length === 32, `${what}: root of ${root.length} bytes`);
  const size = parseSize(sizeText, `${what}: size`);
  demand(size !== 0n || same(root, sha256(new Uint8Array(0))), `${what}: size 0 with another root`);
  return { origin, size, root, note };
}

/** Unsigned, no leading zero, below 2^63. @param {string} value @param {string} what */
function parseSize(value, what) {
  demand(/^(0|[1-9][0-9]{0,18})$/.test(value) && BigInt(value) < 1n << 63n, `${what}: expected 0 .. 2^63-1 without leading zero, got ${shorten(value)}`);
  return BigInt(value);
}

/** @param {Uint8Array} bytes @param {string} what */
function parseTlogProof(bytes, what) {
  const whole = text(bytes, what);
  const split = whole.indexOf("\n\n");
  demand(split >= 0, `${what}: no checkpoint`);
  const lines = whole.slice(0, split).split("\n");
  demand(lines.shift() === "c2sp.org/tlog-proof@v1", `${what}: expected c2sp.org/tlog-proof@v1`, 0);
  if (lines[0]?.startsWith("extra ")) {
    fromBase64(lines.shift().slice(6), `${what}: extra`);
  }
  const index = /^index (.*)$/.exec(lines.shift() ?? "");
  demand(index !== null, `${what}: no index line`);
  demand(lines.length <= proofHashesMax, `${what}: more than ${proofHashesMax} hashes`);
  return { index: parseSize(index[1], `${what}: index`), path: parseHashes(lines, what), note: parseNote(utf8(whole.slice(split + 2)), what) };
}

/** @param {string[]} lines @param {string} what */
function parseHashes(lines, what) {
  return lines.map((line) => {
    const hash = fromBase64(line, `${what}: hash`);
    demand(hash.length === 32, `${what}: hash of ${hash.length} bytes`);
    return hash;
  });
}

/**
 * What the auditor trusts: one vkey, or a tlog-policy file. Empty: nothing.
 * @param {string} source @returns {{logs: object[], witnesses: Map<string, object>, quorum: object | null, kind: string} | null}
 */
function parseTrust(source) {
  const trimmed = source.trim();
  if (trimmed === "") {
    return null;
  }
  if (!/[\n ]/.test(trimmed)) {
    const log = parseVkey(trimmed);
    demand(log.type === 1, "trust: this is a witness key, not a log key");
    return { logs: [log], witnesses: new Map(), quorum: null, kind: "log key" };
  }
  const logs = [];
  const names = new Map();
  const keys = new Set();
  let quorum;
  trimmed.split("\n").forEach((line, number) => {
    const where = `trust file, line ${number + 1}`;
    demand(/^[\t\x20-\x7e\x80-\u{10ffff}]*$/u.test(line), `${where}: control character`);
    const words = line.trim().split(/[ \t]+/);
    if (words[0] === "" || words[0].startsWith("#")) {
      return;
    }
    const vkey = (value, type) => {
      const key = parseVkey(value ?? "");
      demand(key.type === type, `${where}: key type ${key.type}, expected ${type}`);
      demand(!keys.has(hex(key.key)), `${where}: the same public key twice`);
      keys.add(hex(key.key));
      return key;
    };
    const define = (name, value) => {
      demand(name !== undefined && name !== "none" && !names.has(name), `${where}: name ${name} is missing, reserved or defined twice`);
      names.set(name, value);
    };
    if (words[0] === "log" && (words.length === 2 || words.length === 3)) {
      logs.push(vkey(words[1], 1));
    } else if (words[0] === "witness" && (words.length === 3 || words.length === 4)) {
      define(words[1], { witness: vkey(words[2], 4), label: words[1] });
    } else if (words[0] === "group" && words.length >= 4) {
      const members = words.slice(3);
      demand(members.every((member) => names.has(member)), `${where}: a name is used before it is defined`);
      demand(new Set(members).size === members.length && !members.some((member) => names.get(member).member), `${where}: a name is a member twice`);
      const needed = words[2] === "any" ? 1 : words[2] === "all" ? members.length : Number(parseSize(words[2], where));
      demand(needed >= 1 && needed <= members.length, `${where}: ${needed} of ${members.length}`);
      members.forEach((member) => (names.get(member).member = true));
      define(words[1], { needed, members: members.map((member) => names.get(member)), label: words[1] });
    } else if (words[0] === "quorum" && words.length === 2 && quorum === undefined) {
      demand(words[1] === "none" || names.has(words[1]), `${where}: quorum names ${words[1]}, which is not defined`);
      quorum = words[1] === "none" ? null : names.get(words[1]);
    } else {
      throw new Refusal(`${where}: not understood`);
    }
  });
  demand(logs.length > 0 && quorum !== undefined, "trust file: expected at least one log and exactly one quorum line");
  const witnesses = new Map([...names].filter(([, value]) => value.witness).map(([name, value]) => [name, value.witness]));
  return { logs, witnesses, quorum, kind: "policy" };
}

/** @param {string} value */
function shorten(value) {
  return value.length > 48 ? `${value.slice(0, 32)}…${value.slice(-8)}` : value;
}
