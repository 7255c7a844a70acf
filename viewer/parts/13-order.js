// Checks of what follows what: decisions and their outcomes, the numbers of a boot, its chains.

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
