// The checks between entries: witnesses, heads, permits, order, numbers, blobs, snapshots, stops, what is missing.

const moment = (seconds) => new Date(Number(seconds) * 1000).toISOString();
const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

function checkWitnesses({ findings, trust, notes }) {
  if (!trust) {
    findings.add("V07", "not checked", "no trust file was given", { asked: false });
  } else if (trust.kind === "log key") {
    findings.add("V07", "not checked", "a log key names no witnesses: give a tlog-policy file", { asked: false });
  } else if (trust.quorum === null) {
    findings.add("V07", "not checked", "your trust file asks for no witness", { asked: false });
  } else {
    for (const { head, cosigned } of [...notes.values()].filter((note) => note.trusted)) {
      const seen = [...new Map(cosigned.map((line) => [line.key.text, line])).values()];
      const reached = (node) => (node.witness ? seen.some((line) => line.key === node.witness) : node.members.filter(reached).length >= node.needed);
      const names = seen.map((line) => `${line.key.name} at ${moment(line.time)}`).join(", ") || "none";
      findings.add("V07", reached(trust.quorum) ? "verified" : "failed", `head of size ${head.size}: quorum ${reached(trust.quorum) ? "reached" : "not reached"}, cosigned by ${names}`);
    }
  }
}

async function checkHeads(world) {
  const { evidence, findings, notes } = world;
  for (const [name, bytes] of evidence.files) {
    if (name.startsWith("checkpoints/")) {
      await findings.claim("V08", {}, async () => {
        const head = parseCheckpoint(parseNote(bytes, name), name);
        demand(name === `checkpoints/${head.size}`, `${name}: holds the head of size ${head.size}`);
        demand(evidence.manifest === null || head.origin === evidence.manifest.origin, `${name}: of log ${head.origin}`);
        await checkHead(world, head);
        return undefined;
      });
    }
  }
  const heads = [...notes.values()].map((note) => note.head).sort((a, b) => (a.size < b.size ? -1 : a.size > b.size ? 1 : 0));
  const distinct = heads.filter((head, i) => heads.findIndex((other) => other.size === head.size && same(other.root, head.root)) === i);
  if (distinct.length < 2) {
    findings.add("V08", "not checked", "one head only: give an older checkpoint to compare", { asked: false });
    return;
  }
  for (let i = 1; i < distinct.length; i++) {
    const [older, newer] = [distinct[i - 1], distinct[i]];
    const name = `consistency/${older.size}-${newer.size}`;
    const bytes = evidence.files.get(name);
    if (older.size === newer.size) {
      findings.add("V08", "failed", `two roots at size ${older.size}: the log was forked`);
    } else if (bytes === undefined) {
      findings.add("V08", "not checked", `no ${name} in this file`);
    } else {
      await findings.claim("V08", {}, () => {
        const lines = text(bytes, name).split("\n");
        demand(lines.pop() === "" && lines.length <= proofHashesMax, `${name}: expected base64 lines`);
        checkConsistency(older.size, newer.size, parseHashes(lines, name), older.root, newer.root);
        return `size ${newer.size} continues size ${older.size}`;
      });
    }
  }
}

const permitClaims = {
  iss: "name", aud: "name", iat: "count", nbf: "count", exp: "count", jti: "id", sub: "name", client_id: "name", cnf: "any", use: ["instance", "plane"],
  authorization_details: "any", txn: "name", exe: "name", req_wl: "name", pol: record({ h: "kid" }), led: record({ o: "name", i: "count", h: "kid" }),
};
const permitOptional = { v: [1], act: "any", dlg: record({ h: "kid", d: [1, 2, 3, 4, 5] }), obl: list("text"), pex: "name", lease: record({ id: "id", ttl: "some", epoch: "count" }), ep: record({ id: "name", boot: "id" }) };
const permitDetail = { type: ["urn:execution:action:1"], actions: list("name"), locations: list("name"), identifier: "name", act_alg: ["jcs+sha-256"], act_hash: "kid", mode: ["once", "lease"] };

/** @param {Uint8Array} bytes @param {string} what */
function parsePermit(bytes, what) {
  demand(bytes.length <= 4096, `${what}: more than 4,096 bytes`);
  const parts = text(bytes, what).split(".");
  demand(parts.length === 3, `${what}: not a compact JWS`);
  const header = parseJson(fromBase64url(parts[0], `${what}: header`), `${what}: header`);
  fits(header, record({ alg: ["ES256"], kid: "kid", typ: ["execution-permit+jwt"] }), `${what}: header`);
  const claims = parseJson(fromBase64url(parts[1], `${what}: claims`), `${what}: claims`);
  const present = Object.fromEntries(Object.entries(permitOptional).filter(([name]) => name in claims));
  fits(claims, record({ ...permitClaims, ...present }), `${what}: claims`);
  demand(Array.isArray(claims.authorization_details) && claims.authorization_details.length === 1, `${what}: expected one authorization detail`);
  const detail = claims.authorization_details[0];
  fits(detail, record("tool_hash" in detail ? { ...permitDetail, tool_hash: "kid" } : permitDetail), `${what}: authorization detail`);
  const holder = Object.keys(claims.cnf ?? {});
  demand(holder.length === 1 && ["jkt", "x5t#S256"].includes(holder[0]) && scalars.kid(claims.cnf[holder[0]]), `${what}: cnf must bind exactly one holder`);
  for (let actor = claims.act, depth = 1; actor !== undefined; actor = actor.act, depth++) {
    fits(actor, record(actor?.act === undefined ? { sub: "name" } : { sub: "name", act: "any" }), `${what}: act`);
    demand(depth <= 8, `${what}: more than 8 actors`);
  }
  demand(detail.actions.length === 1 && detail.locations.length === 1, `${what}: expected one action at one location`);
  demand((claims.use === "instance") === ("ep" in claims), `${what}: ep is there exactly when use is instance`);
  demand((detail.mode === "lease") === ("lease" in claims), `${what}: lease is there exactly when mode is lease`);
  demand(claims.iat <= claims.nbf && claims.nbf < claims.exp && claims.exp - claims.iat <= 30, `${what}: lives ${claims.exp - claims.iat} s, at most 30 s are allowed`);
  const signature = fromBase64url(parts[2], `${what}: signature`);
  demand(signature.length === 64, `${what}: signature of ${signature.length} bytes`);
  return { header, claims, detail, signature, signed: utf8(`${parts[0]}.${parts[1]}`) };
}

async function checkPermits(world) {
  const { evidence, entries, findings } = world;
  const decisions = entries.filter((entry) => entry.statement?.type === "decision");
  const used = new Set();
  for (const entry of decisions.filter((candidate) => candidate.statement.predicate.permit !== null)) {
    const { predicate } = entry.statement;
    const fixed = predicate.permit;
    const name = evidence.manifest ? `permits/${fixed.jti}.jwt` : "permits/loose.jwt";
    const bytes = evidence.files.get(name);
    const about = { entry: entry.index };
    if (bytes === undefined) {
      findings.add("V09", "not checked", `entry ${entry.index}: its permit ${fixed.jti} is not in this file`, { ...about, asked: false });
      continue;
    }
    used.add(name);
    await findings.claim("V09", about, async () => {
      const permit = parsePermit(bytes, name);
      const { claims, detail } = permit;
      const { led, ...bound } = claims;
      const digest = digestOf(bound);
      demand(digest === fixed.claims, `${name}: its claims without led have digest ${digest}, entry ${entry.index} fixed ${fixed.claims}`);
      demand(led.o === predicate.origin && BigInt(led.i) === entry.index, `${name}: led names entry ${led.i} of ${led.o}, the decision is entry ${entry.index} of ${predicate.origin}`);
      demand(entry.leafHash !== undefined && led.h === base64url(entry.leafHash), `${name}: led.h is not the leaf hash of entry ${entry.index}`);
      demand(claims.jti === fixed.jti && claims.nbf === fixed.notBefore && claims.exp === fixed.notAfter, `${name}: jti or times differ from entry ${entry.index}`);
      demand(claims.use === fixed.use && detail.mode === fixed.mode, `${name}: use or mode differ from entry ${entry.index}`);
      demand(claims.ep === undefined || (claims.ep.id === predicate.ep.id && claims.ep.boot === predicate.ep.boot), `${name}: made for another enforcement point`);
      demand(claims.exe === predicate.request.execution && claims.txn === predicate.request.root, `${name}: of another execution`);
      demand(detail.actions.length === 1 && detail.actions[0] === predicate.request.action, `${name}: for another action`);
      demand(claims.pol.h === base64url(Uint8Array.from(predicate.snapshot.match(/../g), (pair) => parseInt(pair, 16))), `${name}: decided under another snapshot`);
      entry.permit = permit;
      const found = keyFor(world, permit.header.kid, "permit", entry.index);
      if (found.missing) {
        findings.add("V09", "not checked", `${name}: bound to entry ${entry.index}; signature not checked, ${found.missing}`, about);
        return undefined;
      }
      demand(await verifyP256(found.key.spki, permit.signed, permit.signature), `${name}: the signature does not fit`);
      return `${fixed.jti}: fixed by entry ${entry.index}, valid ${moment(claims.nbf)} to ${moment(claims.exp)}, permit key of entry ${found.key.from}`;
    });
  }
  for (const name of evidence.files.keys()) {
    if (name.startsWith("permits/") && !used.has(name)) {
      findings.add("V09", "failed", `${name}: no decision in this file fixes it`);
    }
  }
  if (used.size === 0 && !decisions.some((entry) => entry.statement.predicate.permit)) {
    findings.add("V09", "not checked", decisions.length > 0 ? "no permit was issued by these decisions" : "no decision here", { asked: false });
  }
}

async function checkOrder(world) {
  const { entries, findings } = world;
  const closing = entries.filter((entry) => ["outcome", "orphaned"].includes(entry.statement?.type));
  const first = new Map([...closing].reverse().map((entry) => [`${entry.statement.type} ${entry.statement.predicate.jti}`, entry.index]));
  for (const entry of closing) {
    const { type, predicate } = entry.statement;
    const about = { entry: entry.index };
    await findings.claim("V10", about, () => {
      const index = BigInt(predicate.decision.index);
      demand(index < entry.index, `entry ${entry.index}: ${type} of entry ${index}, which is not earlier`);
      const decision = world.evidence.entries.get(index);
      if (!decision?.statement) {
        findings.add("V10", "not checked", `entry ${entry.index}: ${type} of entry ${index}, which is not in this file`, about);
        return undefined;
      }
      demand(decision.statement.type === "decision", `entry ${entry.index}: ${type} of entry ${index}, which is no decision`);
      demand(decision.statement.digest === predicate.decision.statement, `entry ${entry.index}: names statement ${predicate.decision.statement}, entry ${index} has ${decision.statement.digest}`);
      demand(decision.statement.predicate.permit?.jti === predicate.jti, `entry ${entry.index}: of permit ${predicate.jti}, entry ${index} fixed ${decision.statement.predicate.permit?.jti ?? "none"}`);
      demand(type !== "outcome" || (decision.statement.predicate.ep.boot === predicate.ep.boot && decision.statement.predicate.ep.id === predicate.ep.id), `entry ${entry.index}: told by another enforcement point than the one that asked`);
      demand(first.get(`${type} ${predicate.jti}`) === entry.index, `entry ${entry.index}: a second ${type} of permit ${predicate.jti}, after entry ${first.get(`${type} ${predicate.jti}`)}`);
      decision.closed = entry;
      return `decision ${index} before ${type} ${entry.index}`;
    });
  }
  const open = entries.filter((entry) => entry.statement?.predicate.permit && entry.statement.type === "decision" && !entry.closed);
  for (const entry of open) {
    findings.add("V10", "not checked", `entry ${entry.index}: neither outcome nor orphan is in this file`, { entry: entry.index, asked: false });
  }
  if (closing.length === 0 && open.length === 0) {
    findings.add("V10", "not checked", "nothing here was permitted", { asked: false });
  }
}

async function checkNumbers({ entries, findings }) {
  const boots = new Map();
  for (const entry of entries.filter((candidate) => ["decision", "outcome", "coverage", "refusals"].includes(candidate.statement?.type))) {
    const { id, boot } = entry.statement.predicate.ep;
    boots.set(`${id} ${boot}`, [...(boots.get(`${id} ${boot}`) ?? []), entry]);
  }
  if (boots.size === 0) {
    findings.add("V11", "not checked", "nothing here has a number", { asked: false });
  }
  for (const [boot, said] of [...boots].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await findings.claim("V11", {}, () => {
      const taken = [];
      for (const entry of said) {
        const { ep, ranges = [], canary } = entry.statement.predicate;
        for (const [first, last] of [...(ep.seq === undefined ? [] : [[ep.seq, ep.seq]]), ...ranges, ...(canary?.ranges ?? [])]) {
          taken.push([first, last, entry.index]);
        }
      }
      taken.sort((a, b) => a[0] - b[0]);
      taken.forEach(([first, , index], i) => demand(i === 0 || first > taken[i - 1][1],
        `${boot}: number ${first} occurs twice, again in entry ${index > taken[i - 1]?.[2] ? index : taken[i - 1]?.[2]}`));
      const known = new Set(said.filter((entry) => entry.statement.type !== "refusals").map((entry) => entry.statement.digest));
      const missing = [
        ...followChain(boot, known, said.filter((entry) => entry.statement.type === "decision")),
        ...followChain(boot, known, reportsOf(said)),
      ];
      countAgain(boot, said, taken);
      let next = 1;
      for (const [first, last] of taken) {
        if (first > next) {
          missing.push(first === next + 1 ? `number ${next}` : `numbers ${next} to ${first - 1}`);
        }
        next = last + 1;
      }
      if (missing.length > 0) {
        findings.add("V11", "not checked", `${boot}: no contradiction, but not in this file: ${missing.slice(0, 8).join(", ")}${missing.length > 8 ? " ..." : ""}`, { asked: false });
        return undefined;
      }
      return `${boot}: complete from 1 to ${next - 1}${said.some((entry) => entry.statement.predicate.final === true) ? ", closed" : ""}`;
    });
  }
}

/** What the point signed, in the order of its numbers. */
const reportsOf = (said) => said.filter((entry) => entry.statement.signer === "report").sort((a, b) => a.statement.predicate.ep.seq - b.statement.predicate.ep.seq);

/** What the point counted, against what is here: numbers that are missing here contradict nothing. `taken` are the numbers that are here, ascending. */
function countAgain(boot, said, taken) {
  const reports = reportsOf(said);
  const last = taken.at(-1)?.[1] ?? 0;
  for (const entry of said.filter((candidate) => candidate.statement.type === "coverage")) {
    const { throughSeq, asks, reports: told, effects, open, final, ep } = entry.statement.predicate;
    const at = `${boot}: entry ${entry.index}`;
    const among = reports.filter((report) => report.statement.predicate.ep.seq <= throughSeq);
    const numbers = taken.filter(([first]) => first <= throughSeq).reduce((sum, [first, end]) => sum + Math.min(end, throughSeq) - first + 1, 0);
    const calls = among.reduce((sum, report) => sum + (report.statement.predicate.effects?.calls ?? 0), 0);
    const differs = (what, claimed, recorded) =>
      `${at}: counts ${claimed} ${what} through number ${throughSeq}, ${recorded} are recorded: ${Math.abs(recorded - claimed)} ${recorded > claimed ? "orphaned" : "missing"}`;
    demand(asks + told === throughSeq, `${at}: counts ${asks} asks and ${told} reports in ${throughSeq} numbers`);
    demand(numbers - among.length <= asks, differs("asks", asks, numbers - among.length));
    demand(among.length <= told, differs("reports", told, among.length));
    demand(calls <= effects && (among.length < told || calls === effects), differs("effects", effects, calls));
    demand(!final || last <= ep.seq, `${at}: says it is the last of its boot, number ${last} came after it`);
    const ended = said.find((other) => other.statement.type === "outcome" && other.index < entry.index && open.includes(other.statement.predicate.jti));
    demand(ended === undefined, `${at}: names an execution as open that entry ${ended?.index} ended`);
  }
}

/** A chain of statement digests: decisions in the order of the log, reports in the order of their numbers. What is not here is told; what contradicts refuses. */
function followChain(boot, known, links) {
  const missing = [];
  links.forEach((entry, i) => {
    const { prev } = entry.statement.predicate.ep;
    demand(prev !== null || i === 0, `${boot}: entry ${entry.index}: says it is the first of its chain, entry ${links[0].index} is earlier`);
    if (prev !== null && (i === 0 || links[i - 1].statement.digest !== prev)) {
      demand(!known.has(prev), `${boot}: entry ${entry.index}: its chain joins a wrong entry`);
      missing.push(`what entry ${entry.index} follows`);
    }
  });
  return missing;
}

const sealedMembers = { request: ["action"], context: ["context", "identity", "attestation", "freshness"], response: ["response"], reason: ["reason"], assertion: ["assertion"] };

async function checkBlobs({ evidence, entries, findings }) {
  const names = [...evidence.files.keys()].filter((name) => name.startsWith("blobs/"));
  const sealedBy = entries.filter((entry) => Array.isArray(entry.statement?.predicate.sealed));
  if (names.length === 0) {
    const closed = sealedBy.reduce((sum, entry) => sum + entry.statement.predicate.sealed.length, 0);
    findings.add("V12", "not checked", closed > 0 ? `${closed} blobs stayed sealed, none was opened in this file` : "nothing is sealed here", { asked: false });
  }
  for (const name of names) {
    const plain = name.slice(6, 70);
    const owner = sealedBy.find((entry) => entry.statement.predicate.sealed.some((blob) => blob.plain === plain));
    await findings.claim("V12", { entry: owner?.index }, () => {
      const bytes = evidence.files.get(name);
      const digest = hex(sha256(bytes));
      demand(digest === plain, `${name}: has digest ${digest}`);
      demand(owner !== undefined, `${name}: no statement here names it`);
      const role = owner.statement.predicate.sealed.find((blob) => blob.plain === plain).role;
      const content = parseCanonical(bytes, name, false);
      demand(Object.hasOwn(sealedMembers, role), `${name}: unknown role ${role}`);
      fits(content, record({ salt: "id", ...Object.fromEntries(sealedMembers[role].map((member) => [member, "any"])) }), name);
      if (role !== "request") {
        return `entry ${owner.index}: ${role} opened`;
      }
      owner.action = content.action;
      const hash = base64url(sha256(utf8(canonical(content.action))));
      if (owner.permit) {
        demand(owner.permit.detail.act_hash === hash, `${name}: act_hash ${hash}, the permit is for ${owner.permit.detail.act_hash}`);
        return `entry ${owner.index}: request opened, its action is the one that the permit names (act_hash ${hash})`;
      }
      return `entry ${owner.index}: request opened, act_hash ${hash}`;
    });
  }
}

async function checkSnapshots({ evidence, entries, findings }) {
  const named = new Map();
  for (const entry of entries.filter((candidate) => candidate.statement?.type === "policy-activation")) {
    const { digest } = entry.statement.predicate.snapshot;
    named.set(digest, named.get(digest) ?? entry);
    findings.add("V13", "verified", `entry ${entry.index}: snapshot ${digest}`, { entry: entry.index });
  }
  // The same snapshot may be activated again: in a part of a log the activation that counts may stand before the part.
  const isWhole = entries.every((entry, at) => entry.index === at);
  for (const entry of entries.filter((candidate) => candidate.statement?.type === "decision")) {
    const { snapshot, read } = entry.statement.predicate;
    const activation = named.get(snapshot);
    const about = { entry: entry.index };
    if (!activation || (activation.index > entry.index && !isWhole)) {
      findings.add("V13", "not checked", `entry ${entry.index}: the activation of snapshot ${snapshot} is not in this file`, { ...about, asked: false });
      continue;
    }
    await findings.claim("V13", about, () => {
      demand(activation.index < entry.index, `entry ${entry.index}: decided under a snapshot that entry ${activation.index} activated later`);
      const held = activation.statement.predicate.snapshot;
      const parts = { ...held, law: digestOf(held.law) };
      for (const part of ["law", "directory", "trust", "revocations"]) {
        demand(read[part] === null || read[part] === parts[part], `entry ${entry.index}: read ${part} ${read[part]}, the snapshot has ${parts[part]}`);
      }
      return `entry ${entry.index}: decided under the snapshot of entry ${activation.index}`;
    });
  }
  for (const [name, bytes] of evidence.files) {
    if (name.startsWith("snapshot/")) {
      await findings.claim("V13", {}, () => {
        const digest = hex(sha256(bytes));
        demand(name === `snapshot/${digest}`, `${name}: has digest ${digest}`);
        return name;
      });
    }
  }
  if (findings.lines.get("V13").length === 0) {
    findings.add("V13", "not checked", "no decision here", { asked: false });
  }
}

/** How many entries from the first on are here without a hole, all of them read. */
function completeTo({ entries }) {
  let complete = 0n;
  for (const entry of entries) {
    complete = entry.index === complete && entry.statement ? complete + 1n : complete;
  }
  return complete;
}

/** Whom a revocation or a halt is of is hidden under the tenant's pepper: of all kinds but `all` the log alone cannot tell whether it is of this permit. */
function checkStops(world) {
  const { entries, findings } = world;
  const complete = completeTo(world);
  const reported = new Set(entries.filter((entry) => entry.statement?.type === "outcome").map((entry) => entry.statement.predicate.jti));
  let standing = [];
  let seen = false;
  let permitted = false;
  for (const entry of entries) {
    const p = entry.statement?.predicate;
    const type = entry.statement?.type;
    if (type === "revocation" || (type === "halt" && p.event === "halt")) {
      standing.push({ ...(p.target ?? p.scope), word: type, index: entry.index });
      seen = true;
    } else if (type === "halt") {
      standing = standing.filter((stop) => !(stop.word === "halt" && stop.kind === p.scope.kind && stop.match === p.scope.match));
    } else if (type === "decision" && p.permit) {
      permitted = true;
      if (entry.index >= complete) {
        findings.add("V15", "not checked", `entry ${entry.index}: not every entry before it is in this file`, { entry: entry.index, asked: false });
      } else {
        judgeStops(world, entry, entry.permit !== undefined || reported.has(p.permit.jti), standing, seen);
      }
    }
  }
  if (!permitted) {
    findings.add("V15", "not checked", "nothing here was permitted", { asked: false });
  }
}

/** A decision may be recorded after a halt that was given meanwhile; its permit then is not released. So it is the release that a halt of everything contradicts. */
function judgeStops({ findings }, { index }, wasReleased, standing, seen) {
  const ofAll = standing.find((stop) => stop.kind === "all");
  if (ofAll) {
    const halted = `entry ${index}: everything was stopped by the ${ofAll.word} in entry ${ofAll.index}, which stands before it`;
    if (wasReleased) {
      findings.add("V15", "failed", `${halted}, and its permit was released`, { entry: index });
    } else {
      findings.add("V15", "not checked", `${halted}; that its permit was released is not in this file`, { entry: index, asked: false });
    }
  } else if (standing.length > 0) {
    const named = standing.map((stop) => `${stop.word} of one ${stop.kind} in entry ${stop.index}`).join(", ");
    findings.add("V15", "not checked", `entry ${index}: before it stand ${named}; whom they are of is hidden, so it is not proved that they are not of this permit`, { entry: index, asked: false });
  } else {
    findings.add("V15", "verified", seen ? `entry ${index}: every halt before it was lifted, and no revocation is before it` : `entry ${index}: no halt and no revocation in any entry before it`, { entry: index });
  }
}

/** A stop as V16 lists it. */
function tellStop({ index, statement: { type, predicate } }) {
  const of = (target) => (target.kind === "all" ? "everything" : `one ${target.kind}`);
  return type === "revocation" ? `revocation in entry ${index}: of ${of(predicate.target)}, ${predicate.reason}` : `${{ lift: "halt lifted", rearm: "armed again" }[predicate.event] ?? "halt"} in entry ${index}: of ${of(predicate.scope)}`;
}

function checkMissing(world) {
  const { evidence, entries, findings, notes } = world;
  const size = [...notes.values()].reduce((most, note) => (note.head.size > most ? note.head.size : most), 0n);
  const told = [];
  for (const entry of entries) {
    if (entry.statement?.type === "gap") {
      told.push(`gap (${entry.statement.predicate.kind}) in entry ${entry.index}: ${entry.statement.predicate.from} to ${entry.statement.predicate.to}, ${entry.statement.predicate.why}`);
    } else if (entry.statement?.type === "orphaned") {
      told.push(`orphaned in entry ${entry.index}: decision ${entry.statement.predicate.decision.index} has no outcome (${entry.statement.predicate.why})`);
    } else if (entry.statement?.type === "revocation" || entry.statement?.type === "halt") {
      told.push(tellStop(entry));
    }
  }
  if (evidence.manifest?.erased.length > 0) {
    told.push(`${evidence.manifest.erased.length} blobs listed as erased`);
  }
  const listed = `; ${told.join("; ") || "none in these"}`;
  if (size > 0n && BigInt(entries.length) === size && completeTo(world) === size) {
    findings.add("V16", "verified", `all ${size} entries of the head are here${listed}`);
  } else {
    findings.add("V16", "not checked", `${entries.length} of ${size} entries are in this file${listed}`, { asked: false });
  }
}
