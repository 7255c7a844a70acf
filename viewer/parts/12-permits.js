// Checks of permits, by the decisions that fixed them.

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
