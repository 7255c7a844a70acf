// Checks of what statements name by digest: sealed blobs, snapshots and their parts.

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
