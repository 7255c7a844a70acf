// Checks of heads: their witnesses, and whether the log only grew between them.

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
