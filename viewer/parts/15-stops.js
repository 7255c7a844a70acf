// Checks of revocations and halts, and what is not here.

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
