// From what was dropped to a verdict. No verdict without its list.

const notProved = [
  "Actions that never went through an enforcement point leave no entry.",
  "An outcome is the enforcement point's signed claim, not the upstream's: that the effect happened, or was right, is not proved.",
  "Identity is what its issuer asserted.",
  "The recorded policy may be wrong.",
  "Without a quorum of witnesses others may have been shown another history.",
  "Entries after the last witnessed head can still be dropped together with their log.",
  "The order of entries is proved; their times are the plane's claim, bounded only by the times of witnesses.",
];

/**
 * @param {Map<string, Uint8Array>} dropped file names and bytes
 * @param {string} trustText a vkey, a tlog-policy, or nothing
 * @param {(done: number, of: number) => Promise<void>} [progress]
 */
async function verify(dropped, trustText, progress = async () => {}) {
  await testSha256();
  const findings = new Findings();
  let trust = null;
  let trustFault = null;
  try {
    trust = parseTrust(trustText);
  } catch (fault) {
    trustFault = fault.message;
    findings.add("V06", "not checked", `the trust that you gave is not understood: ${fault.message}`);
  }
  let world = null;
  await findings.claim("V01", {}, async () => {
    demand(dropped.size > 0, "no file");
    const [[name, bytes]] = dropped;
    const isBundle = dropped.size === 1 && (name.endsWith(".zip") || (bytes[0] === 0x50 && bytes[1] === 0x4b));
    if (isBundle && bytes.length > zipBytesMax) {
      throw new Unsupported(`${name}: ${Math.round(bytes.length / 1048576)} MiB is too large here, use obstat verify`);
    }
    const evidence = isBundle ? readBundle(bytes) : readLoose(dropped);
    world = { evidence };
    return undefined;
  });
  if (world) {
    try {
      world = await runChecks(world.evidence, trust, findings, progress);
    } catch (fault) {
      findings.add("V01", "failed", `the viewer cannot judge this: ${fault}`);
      world = null;
    }
  }
  if (world === null) {
    Object.keys(checkTitles).filter((id) => findings.lines.get(id).length === 0).forEach((id) => findings.add(id, "not checked", "the evidence could not be read"));
  }
  const checks = findings.checks();
  const mandatory = ["V01", "V02", "V03", "V04", "V05", "V06"];
  const result = checks.some((check) => check.status === "failed") ? "FAILED"
    : world && mandatory.every((id) => checks.find((check) => check.id === id).status === "verified") && checks.every((check) => check.lines.every((line) => line.status === "verified" || !line.asked)) ? "VERIFIED"
      : "INCOMPLETE";
  return { result, checks, findings, world, trust, trustFault, selfAsserted: trust === null, notProved, level: levelOf(checks), bounds: boundsOf(world) };
}

function levelOf(checks) {
  const status = (id) => checks.find((check) => check.id === id).status;
  return ["V03", "V04", "V05", "V06"].every((id) => status(id) === "verified")
    ? status("V07") === "verified" ? "witnessed" : status("V08") === "verified" ? "consistency" : "inclusion"
    : "none";
}

/** The last moment by which the newest entry existed, as a witness says; null where none did. */
function boundsOf(world) {
  const times = world?.notes ? [...world.notes.values()].filter((note) => note.trusted).flatMap((note) => note.cosigned.map((line) => line.time)) : [];
  return { notBefore: null, notAfter: times.length > 0 ? moment(times.reduce((a, b) => (a < b ? a : b))).replace(".000Z", "Z") : null };
}

/** The machine's form of a verdict, as the command line prints it. */
function verdictJson(verdict) {
  return {
    format: "execution-verify/1",
    result: verdict.result,
    checks: verdict.checks.map((check) => ({ id: check.id, status: check.status, detail: detailOf(check) })),
    bounds: verdict.bounds,
    notProved: verdict.notProved,
  };
}

/** One line that says why a check has its status. */
function detailOf(check) {
  const worst = check.lines.filter((line) => line.status === check.status);
  return worst.length === 0 ? "nothing of this kind here" : worst.length === 1 ? worst[0].detail : `${worst[0].detail} (and ${worst.length - 1} more)`;
}
