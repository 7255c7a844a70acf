// Every statement type that the plane writes, with all its members: a member more or less, or of another kind, refuses.

const statementType = "https://in-toto.io/Statement/v1";
const predicatePrefix = "https://execution.example/evidence/";
const payloadType = "application/vnd.in-toto+json";

/** Shapes: a name of `scalars`, an array of allowed strings, or one of the four makers below. */
const maybe = (shape) => ({ maybe: shape });
const list = (shape) => ({ list: shape });
const map = (shape) => ({ map: shape });
const record = (members) => ({ record: members });
const textMax = 512; // UTF-16 units, of every text in a statement

const scalars = {
  any: () => true,
  text: (value) => typeof value === "string",
  name: (value) => typeof value === "string" && value.length > 0 && value.length <= textMax,
  integer: (value) => Number.isSafeInteger(value),
  count: (value) => Number.isSafeInteger(value) && value >= 0,
  some: (value) => Number.isSafeInteger(value) && value >= 1,
  flag: (value) => typeof value === "boolean",
  digest: (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
  scope: (value) => typeof value === "string" && /^[0-9a-f]{32}$/.test(value),
  id: (value) => typeof value === "string" && /^[A-Za-z0-9_-]{21}[AQgw]$/.test(value),
  kid: (value) => typeof value === "string" && /^[A-Za-z0-9_-]{43}$/.test(value),
  time: (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value,
};

const decided = record({ index: "count", statement: "digest" });
const ranges = { ranges: true };
const sealed = list(record({ role: "name", scope: "scope", cipher: "digest", plain: "digest", size: "count" }));
const point = record({ id: "name", boot: "id" });
const numbered = record({ id: "name", boot: "id", seq: "count", prev: maybe("digest") });
const key = record({ kid: "kid", publicKey: "name", role: "name" });
const roles = ["permit", "lease", "delegation", "statement", "approval", "run"];

const stopKinds = ["execution", "permit", "principal", "key", "delegation", "tool", "credential", "bundle", "enforcement-point", "tenant", "all"];
const stopTarget = record({ kind: stopKinds, match: "digest" });
const leaseEnds = ["ended", "lost", "revoked"];

const stateParts = ["approvals", "budgets", "bundles", "halts", "leases", "outcomes", "pins", "revocations", "tasks"];

/** signer: role of the key that signs; subjects: name to the digest that it must hold, in their order. */
const statementTypes = {
  genesis: {
    signer: "statement",
    members: {
      format: "count", leaf: ["hashedrekord-0.0.2"], headKey: "name", statementKeys: list(key), cause: ["first", "rotation", "loss", "compromise"],
      state: "digest", predecessor: maybe(record({ origin: "name", checkpoint: "text", index: "count" })),
    },
    subjects: (p) => ({ origin: hex(sha256(utf8(p.origin))) }),
    rules: (p) => {
      const head = parseVkey(p.headKey);
      demand(p.format === 1, `format ${p.format}, expected 1`);
      demand(head.type === 1 && head.name === p.origin, "headKey is not the vkey of this origin");
      demand(p.statementKeys.map((given) => given.role).join() === "statement,root", "expected the keys statement, root, in this order");
      p.statementKeys.forEach(readKey);
      demand((p.cause === "first") === (p.predecessor === null), "predecessor is null exactly when the cause is first");
      if (p.predecessor !== null) {
        const last = parseCheckpoint(parseNote(utf8(p.predecessor.checkpoint), "predecessor"), "predecessor");
        demand(last.origin === p.predecessor.origin && last.origin !== p.origin && last.size === BigInt(p.predecessor.index) + 1n, "predecessor is not the last head of another log, over the entry that ends it");
      }
    },
  },
  "enforcement-point": {
    signer: "statement",
    members: {
      ep: point, kind: ["gateway", "runner", "sdk", "hook", "proxy"], kid: "kid", publicKey: "name", build: "digest",
      formats: record({ permit: list("count"), lease: list("count"), order: list("count"), receipt: list("count") }),
      previous: maybe(record({ boot: "id", lastSeq: "count" })),
    },
    subjects: (p) => ({ key: hex(sha256(parseSpki(p.publicKey, "publicKey"))) }),
    rules: (p) => readKey(p),
  },
  decision: {
    signer: "statement",
    members: {
      ep: numbered,
      request: record({ action: "name", class: "name", execution: "id", root: "id", parent: maybe("id") }),
      snapshot: "digest",
      read: record({ law: maybe("digest"), directory: maybe("digest"), trust: maybe("digest"), revocations: maybe("digest"), session: maybe(record({ id: "name", version: "count" })) }),
      engine: record({ name: "name", semantics: "name", build: "digest" }),
      identity: record({ state: "name", principal: maybe("name"), chain: list("text") }),
      decision: ["allow", "deny"],
      reason: maybe("name"),
      policies: list("name"),
      errors: list(record({ policy: "name", code: "name" })),
      approvals: list(decided),
      budgets: list(record({ budget: "name", unit: "name", reserved: "count", remaining: "count" })),
      permit: maybe(record({ jti: "id", claims: "digest", notBefore: "count", notAfter: "count", use: ["instance", "plane"], mode: ["once", "lease"], lease: maybe(record({ id: "id", ttl: "some", epoch: "count" })) })),
      trace: maybe("name"),
      witnessed: maybe(record({ size: "count", time: "time" })),
      canary: maybe(record({ probes: map("some"), ranges, digest: "digest" })),
      sealed,
    },
    subjects: (p) => ({ request: p.sealed.find((blob) => blob.role === "request")?.plain ?? null }),
    rules: (p) => {
      demand((p.decision === "allow") === (p.reason === null), "reason is null exactly when the decision is allow");
      demand(p.errors.length === 0 || p.decision === "deny", "a decision with errors must deny");
      demand((p.decision === "allow") === (p.permit !== null), "there is a permit exactly when the decision is allow");
      demand(p.permit === null || (p.permit.mode === "lease") === (p.permit.lease !== null), "lease terms are there exactly in mode lease");
      demand(p.sealed.filter((blob) => blob.role === "request").length === 1, "expected exactly one sealed request");
      demand(p.policies.every((policy, i) => i === 0 || p.policies[i - 1] < policy), "policies are not sorted");
      demand(p.permit === null || p.permit.notBefore <= p.permit.notAfter, "the permit ends before it begins");
    },
  },
  outcome: {
    signer: "report",
    members: {
      ep: numbered, decision: decided, jti: "id", result: ["succeeded", "failed", "killed", "expired", "refused", "unknown", "withheld"], code: maybe("name"),
      started: maybe("time"), ended: "time", effects: record({ calls: "count", bytesIn: "count", bytesOut: "count" }),
      usage: list(record({ budget: "name", unit: "name", amount: "count" })),
      stop: maybe(record({ cause: "name", index: maybe("count"), detectUs: "count", actUs: "count", lastEffectAt: maybe("time") })),
      sealed,
    },
    subjects: (p) => {
      const response = p.sealed.find((blob) => blob.role === "response")?.plain;
      return { decision: p.decision.statement, ...(response ? { response } : {}) };
    },
    rules: (p) => demand(p.sealed.filter((blob) => blob.role === "response").length <= 1, "more than one sealed response"),
  },
  coverage: {
    signer: "report",
    members: { ep: numbered, throughSeq: "count", asks: "count", reports: "count", effects: "count", open: list("id"), final: "flag" },
    subjects: (p) => ({ ep: digestOf(p.ep) }),
    rules: (p) => {
      demand(p.open.length <= 2000 && p.open.every((jti, i) => i === 0 || p.open[i - 1] < jti), "open is not sorted, each once");
      demand(p.throughSeq < p.ep.seq, "throughSeq is not below the number of the statement");
    },
  },
  orphaned: {
    signer: "statement",
    members: { decision: decided, jti: "id", leaseEnd: "time", grace: "count", why: ["no-outcome", "boot-ended", "not-released"] },
    subjects: (p) => ({ decision: p.decision.statement }),
  },
  state: {
    signer: "statement",
    members: { size: "count", stateDigest: "digest", parts: record(Object.fromEntries(stateParts.map((part) => [part, "digest"]))) },
    subjects: (p) => ({ state: p.stateDigest }),
    rules: (p, index) => {
      demand(digestOf(p.parts) === p.stateDigest, "stateDigest is not the digest of its parts");
      demand(index === undefined || BigInt(p.size) === index, `size ${p.size} is not its own index ${index}`);
    },
  },
  refusals: {
    signer: "statement",
    members: { ep: point, ranges, counts: map("some"), samples: list("digest") },
    subjects: (p) => ({ ranges: digestOf(p.ranges) }),
    rules: (p) => demand(p.samples.length <= 16, "more than 16 samples"),
  },
  "policy-activation": {
    signer: "statement",
    members: {
      snapshot: record({ law: record({ policies: "digest", schema: "digest", entities: "digest" }), directory: "digest", trust: "digest", revocations: "digest", digest: "digest" }),
      previous: maybe("digest"), changed: list("name"), by: "text", approvals: list(decided),
      source: record({ name: "name", seq: maybe("count"), digest: maybe("digest") }), expires: maybe("time"),
    },
    subjects: (p) => ({ snapshot: p.snapshot.digest }),
    rules: (p) => {
      demand(p.changed.every((part, i) => i === 0 || p.changed[i - 1] < part), "changed parts are not sorted");
      demand(snapshotDigest(p.snapshot) === p.snapshot.digest, "snapshot/digest is not the digest of the parts");
    },
  },
  "key-set": {
    signer: "statement",
    members: { keys: list(key), from: "time", until: "time", root: "kid", proof: "name" },
    subjects: (p) => ({ set: digestOf({ keys: p.keys, from: p.from, until: p.until, root: p.root, proof: p.proof }) }),
    rules: (p) => {
      p.keys.forEach(readKey);
      demand(p.keys.every((given) => roles.includes(given.role)) && p.keys.filter((given) => given.role === "statement").length === 1 && new Set(p.keys.map((given) => given.kid)).size === p.keys.length,
        "expected keys of known roles, each once, one of role statement");
      demand(p.from < p.until, "the set ends before it begins");
    },
  },
  "key-rotation": {
    signer: "statement",
    members: {
      role: "name", old: maybe("any"), new: maybe("any"), overlapUntil: maybe("time"), proof: maybe("name"), compromise: maybe(record({ suspectedFrom: "count" })),
    },
    subjects: (p) => ({ ...(p.old ? { old: digestOf(p.old) } : {}), ...(p.new ? { new: digestOf(p.new) } : {}) }),
    rules: (p) => {
      for (const [name, more] of [["old", {}], ["new", { publicKey: "name" }]]) {
        if (p[name] !== null) {
          fits(p[name], record({ [p[name].vkey === undefined ? "kid" : "vkey"]: "name", ...more }), name);
        }
      }
      demand((p.old ?? p.new) !== null && (p.new === null) === (p.proof === null), "expected an old or a new key, and a proof exactly with a new one");
    },
  },
  lease: {
    signer: "statement",
    members: {
      events: list(record({ jti: "id", lease: "id", event: ["opened", "granted", "re-decided", ...leaseEnds], until: maybe("time"), code: maybe("name"), budgets: list("any") })),
      renewals: maybe(record({ ep: point, minute: "time", count: "some", digest: "digest" })),
    },
    subjects: (p) => ({ leases: digestOf({ events: p.events, renewals: p.renewals }) }),
    rules: (p) => {
      demand(p.events.length <= 300 && (p.events.length > 0 || p.renewals !== null), "expected 1 to 300 events, or a count of renewals");
      demand(p.events.every((one) => one.budgets.length === 0 && leaseEnds.includes(one.event) === (one.until !== null) && (one.until === null) === (one.code === null)),
        "an event has a time and a code exactly at an end");
    },
  },
  revocation: {
    signer: "statement",
    members: { target: stopTarget, from: "time", reason: "name", by: "name", order: "id" },
    subjects: (p) => ({ target: digestOf(p.target) }),
  },
  halt: {
    signer: "statement",
    members: { event: ["halt", "lift", "rearm"], scope: stopTarget, by: "name", approvals: list("text") },
    subjects: (p) => ({ scope: digestOf(p.scope) }),
    rules: (p) => {
      demand(p.approvals.length <= 16 && p.approvals.every((kid, i) => kid.length <= 64 && (i === 0 || p.approvals[i - 1] < kid)), "approvals are not sorted, each once");
      const count = p.approvals.length;
      demand(p.event === "lift" ? count >= 2 : p.event === "rearm" ? count === 1 && p.scope.kind === "enforcement-point" : count === 0,
        "expected two keys or more behind a lift, one to arm an enforcement point again, and none behind a halt");
    },
  },
  gap: {
    signer: "statement",
    members: { kind: ["ledger", "clock", "coverage", "import"], from: "time", to: "time", ep: maybe(point), ranges, counts: map("some"), halts: list("text"), why: "name" },
    subjects: (p) => ({ gap: digestOf({ kind: p.kind, from: p.from, to: p.to, ep: p.ep, ranges: p.ranges, counts: p.counts, halts: p.halts, why: p.why }) }),
  },
};

/** A key that an entry announces: P-256, named by its thumbprint. */
function readKey(given) {
  demand(thumbprint(parseSpki(given.publicKey, `key ${given.kid}`)) === given.kid, `${given.kid} is not the thumbprint of its key`);
}

/** Digest of a snapshot from its parts: `pol.h` of a permit. */
function snapshotDigest({ law, directory, trust, revocations }) {
  return digestOf({ directory, law: digestOf(law), revocations, trust });
}

const everyPredicate = { nonce: "id", origin: "name", time: "time", clock: record({ source: "name", maxErrorMs: "count" }) };
const planePredicate = { plane: record({ instance: "name", epoch: "count" }) };

/** @param {any} value @param {any} shape @param {string} path */
function fits(value, shape, path) {
  if (typeof shape === "string") {
    demand(scalars[shape](value), `${path}: expected ${shape}`);
  } else if (Array.isArray(shape)) {
    demand(shape.includes(value), `${path}: expected ${shape.join(" | ")}`);
  } else if (shape.maybe !== undefined) {
    if (value !== null) {
      fits(value, shape.maybe, path);
    }
  } else if (shape.list !== undefined) {
    demand(Array.isArray(value), `${path}: expected a list`);
    value.forEach((item, i) => fits(item, shape.list, `${path}/${i}`));
  } else if (shape.ranges) {
    demand(Array.isArray(value), `${path}: expected a list`);
    value.forEach((pair, i) => demand(Array.isArray(pair) && pair.length === 2 && pair.every(scalars.some) && pair[0] <= pair[1] && (i === 0 || value[i - 1][1] < pair[0]),
      `${path}/${i}: expected [first, last], from 1, ascending and apart`));
  } else {
    demand(value !== null && typeof value === "object" && !Array.isArray(value), `${path}: expected an object`);
    const names = shape.record ? Object.keys(shape.record) : Object.keys(value);
    for (const name of names) {
      demand(name in value, `${path}/${name}: missing`);
      fits(value[name], shape.record ? shape.record[name] : shape.map, `${path}/${name}`);
    }
    for (const name of Object.keys(value)) {
      demand(names.includes(name), `${path}/${name}: unknown member`);
    }
  }
}

/**
 * @param {Uint8Array} bytes @param {string} what @param {bigint} [index] where the entry stands, if known
 * @returns {{type: string, predicate: any, subject: any[], bytes: Uint8Array, digest: string, signer: string}}
 */
function parseStatement(bytes, what, index) {
  demand(bytes.length <= 65536, `${what}: more than 64 KiB`);
  const statement = parseCanonical(bytes, what);
  fits(statement, record({ _type: [statementType], predicate: "any", predicateType: "text", subject: list(record({ digest: record({ sha256: "digest" }), name: "name" })) }), what);
  const match = /^https:\/\/execution\.example\/evidence\/([a-z-]+)\/v1$/.exec(statement.predicateType);
  const definition = match !== null && Object.hasOwn(statementTypes, match[1]) ? statementTypes[match[1]] : undefined;
  demand(definition !== undefined, `${what}: unknown type ${statement.predicateType}`);
  const predicate = statement.predicate;
  const common = definition.signer === "statement" ? { ...everyPredicate, ...planePredicate } : everyPredicate;
  fits(predicate, record({ ...common, ...definition.members }), `${what}: predicate`);
  const names = statement.subject.map((subject) => subject.name);
  const expected = definition.subjects(predicate);
  demand(names.length >= 1 && names.join() === Object.keys(expected).join(), `${what}: expected the subjects ${Object.keys(expected).join(", ")}, got ${names.join(", ")}`);
  for (const [name, digest] of Object.entries(expected)) {
    const given = statement.subject.find((subject) => subject.name === name)?.digest.sha256;
    demand(given === digest, `${what}: subject ${name} must be ${digest}, got ${given ?? "none"}`);
  }
  try {
    definition.rules?.(predicate, index);
  } catch (fault) {
    throw fault instanceof Refusal ? new Refusal(`${what}: ${fault.message}`) : fault;
  }
  return { type: match[1], predicate, subject: statement.subject, bytes, digest: hex(sha256(bytes)), signer: definition.signer };
}
