// The sixteen checks. Each line of a check is verified, failed or not checked, with what was seen; the check is its worst line.

const checkTitles = {
  V01: ["Container and manifest", "The file is exactly what the exporter writes, and every digest in its manifest fits."],
  V02: ["Statements", "Canonical, of a known type, all members and subjects right."],
  V03: ["Statement signatures", "Over the stored bytes, by a key of the right role, announced in this log before."],
  V04: ["Leaf equals statement", "The log entry holds this statement's digest, signature and key."],
  V05: ["Inclusion", "The entry is in the tree of the checkpoint."],
  V06: ["Checkpoint signature, origin", "Signed by the log key that you gave, for this log."],
  V07: ["Witness quorum, times", "Enough independent witnesses saw the same checkpoint."],
  V08: ["Consistency of all heads", "Every checkpoint here continues the others."],
  V09: ["Execution permit", "Fixed by its decision: claims, entry, times, holder, signature."],
  V10: ["Order", "Decision before permit before outcome."],
  V11: ["Enforcement point's numbers", "What each enforcement point said joins without contradiction."],
  V12: ["Opened blobs", "The opened texts are those that were sealed; the action is the permitted one."],
  V13: ["Snapshot digests", "The law and trust that were decided under are those named."],
  V14: ["Replay", "The decision, decided again."],
  V15: ["Revocations and halts", "None in force before the permit began."],
  V16: ["Retention, gaps, erasures", "What is missing is listed."],
};

const severity = { verified: 0, "not checked": 1, failed: 2 };

/** Lines of all checks as they are found. */
class Findings {
  constructor() {
    this.lines = new Map(Object.keys(checkTitles).map((id) => [id, []]));
  }

  /** @param {string} id @param {string} status @param {string} detail @param {{entry?: bigint, asked?: boolean}} [about] asked: whether "not checked" keeps the whole from being verified */
  add(id, status, detail, about = {}) {
    this.lines.get(id).push({ status, detail, entry: about.entry, asked: about.asked ?? true });
  }

  /** Runs one claim. A refusal is "failed"; a lacking algorithm "not checked"; what nobody foresaw is "failed" too. @returns {Promise<boolean>} */
  async claim(id, about, body) {
    try {
      const detail = await body();
      if (detail !== undefined) {
        this.add(id, "verified", detail, about);
      }
      return true;
    } catch (fault) {
      if (fault instanceof Unsupported) {
        this.add(id, "not checked", fault.message, about);
      } else {
        this.add(id, "failed", fault instanceof Refusal ? fault.message : `the viewer cannot judge this: ${fault}`, about);
      }
      return false;
    }
  }

  failed(entry) {
    return [...this.lines.values()].some((lines) => lines.some((line) => line.status === "failed" && (entry === undefined || line.entry === entry)));
  }

  /** Whether all of these checks are verified for an entry. */
  holds(ids, entry) {
    return ids.every((id) => {
      const lines = this.lines.get(id).filter((line) => line.entry === entry || line.entry === undefined);
      return lines.length > 0 && lines.every((line) => line.status === "verified" || !line.asked);
    });
  }

  checks() {
    return [...this.lines].map(([id, lines]) => {
      const worst = lines.reduce((status, line) => (severity[line.status] > severity[status] ? line.status : status), lines.length > 0 ? "verified" : "not checked");
      return { id, title: checkTitles[id][0], about: checkTitles[id][1], status: worst, asked: lines.some((line) => line.asked), lines };
    });
  }
}

/**
 * @param {{files: Map<string, Uint8Array>, manifest: any, entries: Map<bigint, any>}} evidence
 * @param {ReturnType<typeof parseTrust>} trust null: nothing was given, the verdict is capped
 * @param {Findings} findings with V01 already told
 * @param {(done: number, of: number) => Promise<void>} progress
 */
async function runChecks(evidence, trust, findings, progress) {
  const world = { evidence, trust, findings, entries: [...evidence.entries.values()], keys: [], headKeys: [], heads: new Map(), notes: new Map() };
  for (const entry of world.entries) {
    await readEntry(world, entry);
  }
  await announceHeadKeys(world);
  await checkManifest(world);
  await announceKeys(world);
  let done = 0;
  for (const entry of world.entries) {
    await checkEntry(world, entry);
    await progress(++done, world.entries.length);
  }
  checkWitnesses(world);
  await checkHeads(world);
  await checkPermits(world);
  await checkOrder(world);
  await checkNumbers(world);
  await checkBlobs(world);
  await checkSnapshots(world);
  findings.add("V14", "not checked", "a browser does not evaluate policies: obstat replay decides it again", { asked: false });
  checkStops(world);
  checkMissing(world);
  return world;
}

async function readEntry({ findings, evidence }, entry) {
  const about = { entry: entry.index };
  const name = (kind) => `entry ${entry.index}, ${kind}`;
  await findings.claim("V02", about, () => {
    entry.statement = parseStatement(entry.parts["statement.json"], name("statement"), entry.index);
    const origin = evidence.manifest?.origin;
    demand(origin === undefined || entry.statement.predicate.origin === origin, `${name("statement")}: of log ${entry.statement.predicate.origin}, the manifest says ${origin}`);
    return `entry ${entry.index}: ${entry.statement.type}`;
  });
  try {
    entry.envelope = parseEnvelope(entry.parts["dsse.json"], name("envelope"));
  } catch (fault) {
    findings.add("V03", "failed", fault.message, about);
  }
  entry.leafHash = leafHash(entry.parts.leaf);
  try {
    entry.leaf = parseLeaf(entry.parts.leaf, name("leaf"));
  } catch (fault) {
    findings.add("V04", "failed", fault.message, about);
  }
  try {
    entry.proof = parseTlogProof(entry.parts["tlog-proof"], name("proof"));
  } catch (fault) {
    findings.add("V05", "failed", fault.message, about);
    return;
  }
  try {
    entry.head = parseCheckpoint(entry.proof.note, name("checkpoint"));
  } catch (fault) {
    findings.add("V06", "failed", fault.message, about);
  }
}

/** Keys of the log's heads, as the entries here announce and end them: a key signs the heads above its entry, up to the one that ends it. One that names the first key of another log ends this one. What does not follow is left out. */
async function announceHeadKeys(world) {
  const { entries, headKeys } = world;
  for (const entry of entries.filter((candidate) => candidate.statement)) {
    const { type, predicate } = entry.statement;
    const inForce = headKeys.filter((known) => known.until === undefined);
    if (type === "genesis") {
      headKeys.length = 0;
      headKeys.push({ key: parseVkey(predicate.headKey), from: entry.index, time: undefined });
    } else if (type === "key-rotation" && predicate.role === "checkpoint" && inForce.length > 0 && predicate.old?.vkey === inForce[0].key.text && predicate.compromise === null) {
      if (predicate.new === null && inForce.length === 2 && predicate.overlapUntil === null && predicate.time >= inForce[1].overlap) {
        Object.assign(inForce[0], { until: entry.index, end: predicate.time });
      } else if (inForce.length === 1 && predicate.new !== null && predicate.overlapUntil === null && await provesHead(predicate)) {
        const key = parseVkey(predicate.new.vkey);
        world.ended ??= key.name !== predicate.origin && key.type === 1 ? entry.index : undefined;
      } else if (inForce.length === 1 && predicate.overlapUntil > predicate.time && await provesHead(predicate)) {
        const key = parseVkey(predicate.new.vkey);
        if (key.name === predicate.origin && key.type === 1 && !headKeys.some((known) => known.key.id === key.id)) {
          headKeys.push({ key, from: entry.index, time: predicate.time, overlap: predicate.overlapUntil });
        }
      }
    }
  }
}

/** Whether the new head key that a rotation names signed it. */
async function provesHead({ proof, ...body }) {
  try {
    const key = parseVkey(body.new.vkey);
    return body.new.publicKey === base64(writeHeadSpki(key)) && await verifyEd25519(key.key, preAuthentication(payloadType, utf8(canonical(body))), fromBase64(proof, "proof"));
  } catch (fault) {
    if (fault instanceof Refusal) {
      return false;
    }
    throw fault;
  }
}

/** Keys that the log itself announces, each from the index of its entry. */
async function announceKeys({ entries, keys, findings }) {
  for (const entry of entries.filter((candidate) => candidate.statement)) {
    const { type, predicate } = entry.statement;
    const about = { entry: entry.index };
    const announce = (given, role, more = {}) => {
      keys.push({ kid: given.kid, role, spki: parseSpki(given.publicKey, `entry ${entry.index}: key ${given.kid}`), from: entry.index, ...more });
    };
    await findings.claim("V03", about, async () => {
      if (type === "genesis") {
        demand(entry.index === 0n, `entry ${entry.index}: a genesis that is not the first entry`);
        predicate.statementKeys.forEach((given) => announce(given, given.role));
      } else if (type === "enforcement-point") {
        announce(predicate, "report", { boot: predicate.ep.boot, point: predicate.ep.id });
      } else if (type === "key-set") {
        const root = keys.find((known) => known.role === "root" && known.kid === predicate.root && known.until === undefined);
        if (root === undefined) {
          findings.add("V03", "not checked", `entry ${entry.index}: the genesis entry with root key ${predicate.root} is not in this file`, about);
        } else {
          demand(await proves(predicate, root.spki), `entry ${entry.index}: the root key did not sign this key set`);
        }
        predicate.keys.forEach((given) => announce(given, given.role));
      } else if (type === "key-rotation") {
        if (predicate.new?.kid) {
          readKey(predicate.new);
          demand(await proves(predicate, parseSpki(predicate.new.publicKey, "new key")), `entry ${entry.index}: the new key ${predicate.new.kid} did not sign its rotation`);
          announce(predicate.new, predicate.role);
        }
        demand(predicate.role !== "checkpoint" || !predicate.new?.vkey || await provesHead(predicate), `entry ${entry.index}: the new head key ${predicate.new?.vkey} did not sign its rotation`);
        keys.filter((known) => known.kid === predicate.old?.kid).forEach((known) => (known.until ??= entry.index));
      }
      return undefined;
    });
  }
}

/** Whether a key signed a predicate without its member `proof`. */
async function proves({ proof, ...body }, spki) {
  try {
    return await verifyP256(spki, preAuthentication(payloadType, utf8(canonical(body))), derToRaw(fromBase64(proof, "proof"), "proof"));
  } catch (fault) {
    if (fault instanceof Refusal) {
      return false;
    }
    throw fault;
  }
}

/** Finds the announcement under which a key may sign at an index, or says why not. */
function keyFor(world, kid, role, index, ep) {
  const known = world.keys.filter((candidate) => candidate.kid === kid);
  if (known.length === 0) {
    return { missing: `the entry that announces key ${kid} is not in this file` };
  }
  const fit = known.find((candidate) => candidate.role === role);
  demand(fit !== undefined, `key ${kid} has the role ${known[0].role}, expected ${role}`);
  demand(index >= fit.from, `key ${kid} is announced by entry ${fit.from}, later than entry ${index}`);
  demand(fit.until === undefined || index <= fit.until, `key ${kid} ended with entry ${fit.until}`);
  demand(fit.boot === undefined || ep === undefined || (fit.boot === ep.boot && fit.point === ep.id), `key ${kid} belongs to another boot of an enforcement point`);
  return { key: fit };
}

async function checkEntry(world, entry) {
  const { findings } = world;
  const { statement, envelope, leaf, proof, head } = entry;
  const about = { entry: entry.index };
  if (envelope) {
    const message = preAuthentication(payloadType, envelope.payload);
    await findings.claim("V03", about, async () => {
      demand(same(envelope.payload, entry.parts["statement.json"]), `entry ${entry.index}: the envelope holds another statement`);
      demand(leaf !== undefined, `entry ${entry.index}: its leaf cannot be read, so its key is unknown`);
      demand(await verifyP256(leaf.spki, message, derToRaw(envelope.signature, `entry ${entry.index}: signature`)), `entry ${entry.index}: the signature does not fit statement and key`);
      if (!statement) {
        return undefined;
      }
      const kid = thumbprint(leaf.spki);
      const found = keyFor(world, kid, statement.signer, entry.index, statement.predicate.ep ?? undefined);
      if (found.missing) {
        findings.add("V03", "not checked", `entry ${entry.index}: signature fits, but ${found.missing}`, about);
        return undefined;
      }
      return `entry ${entry.index}: ${found.key.role} key ${kid}, announced by entry ${found.key.from}`;
    });
    if (leaf) {
      await findings.claim("V04", about, () => {
        const expected = hex(sha256(preAuthentication(payloadType, entry.parts["statement.json"])));
        demand(hex(leaf.digest) === expected, `entry ${entry.index}: the leaf holds digest ${hex(leaf.digest)}, the statement has ${expected}`);
        demand(same(leaf.signature, envelope.signature), `entry ${entry.index}: the leaf holds another signature`);
        demand(same(writeLeaf(leaf.digest, leaf.signature, leaf.spki), entry.parts.leaf), `entry ${entry.index}: the leaf has another spelling`);
        demand(!entry.sigstore || !head || same(writeSigstore(entry), entry.sigstore), `entry ${entry.index}: its Sigstore bundle says something else`);
        return `entry ${entry.index}: leaf hash ${hex(entry.leafHash)}`;
      });
    }
  }
  if (head && entry.leafHash) {
    await findings.claim("V05", about, () => {
      demand(proof.index === entry.index, `entry ${entry.index}: its proof is for index ${proof.index}`);
      checkInclusion(entry.leafHash, proof.index, head.size, proof.path, head.root);
      return `entry ${entry.index} of ${head.size}: root ${hex(head.root)}`;
    });
  }
  if (head) {
    await checkHead(world, head);
    const origin = world.evidence.manifest?.origin ?? statement?.predicate.origin;
    if (origin !== undefined && head.origin !== origin) {
      findings.add("V06", "failed", `entry ${entry.index}: made for log ${origin}, found in log ${head.origin}`, about);
    }
    if (statement?.type === "genesis" && world.trust) {
      await findings.claim("V06", about, () => {
        demand(world.trust.logs.some((log) => world.headKeys.some(({ key }) => key.text === log.text)), "entry 0: this log names another head key than the one you gave");
        return undefined;
      });
    }
  }
}

/** V06 once per different note: who signed this head. It holds for every entry under it. */
async function checkHead(world, head) {
  const about = {};
  const { findings, trust, notes } = world;
  const textual = hex(sha256(head.note.bytes));
  if (!notes.has(textual)) {
    notes.set(textual, { head, cosigned: [], trusted: false });
    const state = notes.get(textual);
    await findings.claim("V06", about, async () => {
      const keys = trust ? [...trust.logs, ...trust.witnesses.values()] : selfAsserted(world, head.origin);
      for (const signature of head.note.signatures) {
        const key = keys.find((candidate) => candidate.name === signature.name && candidate.id === signature.id);
        if (key?.type === 1) {
          demand(await verifyEd25519(key.key, utf8(head.note.signed), signature.bytes), `head of size ${head.size}: the signature of ${key.name} is wrong`);
          state.signer = key.name === head.origin ? key : state.signer;
        } else if (key?.type === 4) {
          demand(signature.bytes.length === 72, `head of size ${head.size}: the cosignature of ${key.name} has ${signature.bytes.length} bytes`);
          const time = new DataView(signature.bytes.buffer, signature.bytes.byteOffset).getBigUint64(0);
          demand(time >= 1n && time < 1n << 63n, `head of size ${head.size}: the cosignature of ${key.name} has no time`);
          demand(await verifyEd25519(key.key, utf8(`cosignature/v1\ntime ${time}\n${head.note.signed}`), signature.bytes.subarray(8)), `head of size ${head.size}: the cosignature of ${key.name} is wrong`);
          state.cosigned.push({ key, time });
        }
      }
      if (trust) {
        demand(state.signer !== undefined, `head of size ${head.size} of ${head.origin}: no signature by a log key that you gave`);
        const outside = world.headKeys.find(({ key, from, until }) => !(head.size > from && (until === undefined || head.size <= until)) && head.note.signatures.some((line) => line.name === key.name && line.id === key.id));
        demand(outside === undefined, `head of size ${head.size}: key ${outside?.key.text} signs heads above ${outside?.from}${outside?.until === undefined ? "" : ` and up to ${outside.until}`}`);
        const { ended } = world;
        demand(ended === undefined || head.size <= ended || head.size === ended + 2n, `the log ended with a head of size ${ended === undefined ? "" : ended + 2n}, got one of size ${head.size}: somebody went on after its end`);
        state.trusted = true;
        return `head of size ${head.size}, signed by ${state.signer.text}`;
      }
      findings.add("V06", "not checked", state.signer
        ? `trust is self-asserted: head of size ${head.size} is signed by ${state.signer.text}, which this file itself names. Paste the log key from a source that you trust`
        : `trust is self-asserted: this file names no log key, and none was given`, about);
      return undefined;
    });
  }
}

/** The keys that the evidence brings with it. They show what it claims, and settle nothing. */
function selfAsserted({ evidence, entries }, origin) {
  const texts = entries.filter((entry) => entry.statement?.type === "genesis").map((entry) => entry.statement.predicate.headKey);
  const policy = evidence.files.get("trust/policy");
  const keys = [];
  try {
    keys.push(...texts.map(parseVkey));
    if (policy) {
      const own = parseTrust(text(policy, "trust/policy"));
      keys.push(...own.logs, ...own.witnesses.values());
    }
  } catch {
    // A copy that cannot be read settles as little as one that can.
  }
  return keys.filter((key) => key.type === 4 || key.name === origin);
}

/** Of the one text that a bundle of this format brings for people. */
const readmeDigest = "eca47ec4ec78254c75571084012b662aaaa87a2736efc109e4027c8d52d105a6";

/** The copy of a policy names witnesses that nobody here has to believe, but it is one, and of this log. */
function checkPolicyCopy(policy, log) {
  if (policy) {
    const own = parseTrust(text(policy, "trust/policy"));
    demand(own?.logs.some((known) => known.text === log.text) && own.kind !== "log key", "trust/policy: does not name the log key that you gave");
  }
}

/** V01, the part that needs the entries: the manifest and the copies hold nothing that signed content does not determine. */
async function checkManifest({ evidence, entries, findings, trust, headKeys }) {
  if (!evidence.manifest) {
    findings.add("V01", "not checked", "loose files have no manifest", { asked: false });
    return;
  }
  await findings.claim("V01", {}, () => {
    if (entries.every((entry) => entry.statement)) {
      const times = entries.map((entry) => entry.statement.predicate.time).sort();
      const differs = (name, expected) => demand(!evidence.files.has(name) || same(evidence.files.get(name), expected), `${name}: not what the entries give`);
      demand(evidence.manifest.created === times.at(-1), `manifest.json: created must be ${times.at(-1)}, the time of the newest entry, got ${evidence.manifest.created}`);
      const readme = evidence.files.get("README.txt");
      demand(!readme || hex(sha256(readme)) === readmeDigest, "README.txt: not what the entries give");
      differs("trust/keys.json", writeKeys(entries));
      const log = trust?.logs.find((candidate) => candidate.name === evidence.manifest.origin);
      if (log) {
        checkPolicyCopy(evidence.files.get("trust/policy"), log);
        differs("trust/trusted_root.json", writeTrustedRoot(headKeys.some(({ key }) => key.text === log.text) ? headKeys : [{ key: log }], times[0]));
      }
    }
    return `${evidence.files.size} files, ${entries.length} entries, every digest fits`;
  });
}
