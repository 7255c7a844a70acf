// The page. Text reaches it by textContent only; nothing is fetched, stored or sent.

const badgeForms = {
  verified: ["ok", "VERIFIED", "M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13zM5 8.2l2.1 2.1L11.2 6"],
  failed: ["bad", "FAILED", "M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2zM4.8 8h6.4"],
  "not checked": ["open", "NOT CHECKED", "M8 1.6L14.4 8L8 14.4L1.6 8z"],
  incomplete: ["open", "INCOMPLETE", "M8 1.6L14.4 8L8 14.4L1.6 8z"],
};

/** @param {string} tag @param {Record<string, any>} [attributes] @param {...(Node | string | null | undefined)} children */
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) {
      node.addEventListener(name.slice(2), value);
    } else if (value === true) {
      node.setAttribute(name, "");
    } else if (value !== undefined && value !== null && value !== false) {
      node.setAttribute(name, value);
    }
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Text of others, made visible: control, bidirectional and zero-width characters are spelled out, and nothing is longer than 4 KB. */
function shown(value) {
  const spelled = String(value).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu, (character) => `\\u{${character.codePointAt(0).toString(16)}}`);
  return spelled.length > 4096 ? `${spelled.slice(0, 4096)} … (cut)` : spelled;
}

function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

function badge(status) {
  const [form, word, path] = badgeForms[status];
  return make("span", { class: `badge ${form}` }, icon(path), word);
}

/** A digest or key: shortened on screen, whole on focus, in copies and on paper. */
function digest(value) {
  const whole = shown(value);
  return make("button", { type: "button", class: "digest", title: `${whole}\nclick to copy`, onclick: () => copy(whole) },
    make("span", { class: "short", "aria-hidden": "true" }, whole.length > 20 ? `${whole.slice(0, 8)}…${whole.slice(-4)}` : whole),
    make("span", { class: "whole" }, whole));
}

/** Text with its digests shortened. */
function withDigests(value) {
  const parts = shown(value).split(/([0-9a-f]{64}|[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])|\b[a-z0-9.-]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{44})/);
  return parts.map((part, i) => (i % 2 === 1 ? digest(part) : part));
}

const find = (id) => document.getElementById(id);
const state = { dropped: new Map(), run: 0 };

function say(message) {
  find("said").textContent = message;
}

async function copy(value) {
  try {
    await navigator.clipboard.writeText(value);
    say("Copied.");
  } catch {
    say("The browser did not let me copy.");
  }
}

/** @param {Iterable<File>} files */
async function open(files) {
  const dropped = new Map();
  for (const file of files) {
    dropped.set(file.name, new Uint8Array(await file.arrayBuffer()));
  }
  if (dropped.size > 0) {
    await show(dropped);
  }
}

async function show(dropped) {
  state.dropped = dropped;
  await judge();
}

async function judge() {
  const run = ++state.run;
  const started = performance.now();
  const progress = find("progress");
  let painted = started;
  document.body.dataset.state = state.dropped.size > 0 ? "busy" : "empty";
  const verdict = state.dropped.size > 0 ? await verify(state.dropped, find("trust").value, async (done, of) => {
    if (performance.now() - painted > 50) {
      progress.max = of;
      progress.value = done;
      progress.hidden = false;
      painted = performance.now();
      await new Promise((next) => setTimeout(next));
    }
  }) : null;
  if (run !== state.run) {
    return;
  }
  progress.hidden = true;
  render(verdict, performance.now() - started);
}

function render(verdict, milliseconds) {
  renderTrust(verdict);
  find("file").replaceChildren(...[...state.dropped].flatMap(([name, bytes]) => [
    make("dt", {}, shown(name)), make("dd", {}, `${bytes.length.toLocaleString("en")} bytes, SHA-256 `, digest(hex(sha256(bytes))))]));
  renderVerdict(verdict, milliseconds);
  renderChecks(verdict);
  renderEntries(verdict);
  document.body.dataset.state = verdict === null ? "empty" : verdict.result.toLowerCase();
  if (verdict) {
    document.title = `${verdict.result} · Obstat proof viewer`;
    say(`Result: ${verdict.result}.`);
  }
}

function renderTrust(verdict) {
  const field = find("trust");
  const told = find("trust-told");
  let trust = null;
  let fault = null;
  try {
    trust = parseTrust(field.value);
  } catch (caught) {
    fault = caught.message;
  }
  field.setAttribute("aria-invalid", fault ? "true" : "false");
  told.className = fault ? "told bad" : "told";
  if (fault) {
    told.replaceChildren(`Not understood. ${shown(fault)}`);
  } else if (trust) {
    told.replaceChildren(trust.kind === "policy" ? `Trust file: ${plural(trust.logs.length, "log")}, ${plural(trust.witnesses.size, "witness", "witnesses")}, quorum ${trust.quorum?.label ?? "none"}. ` : "Log key. ",
      ...trust.logs.flatMap((log) => [make("br"), make("span", { class: "mono" }, shown(log.name)), " ", digest(log.text)]));
  } else {
    const own = verdict?.world?.entries ? selfAsserted(verdict.world, verdict.world.entries[0]?.head?.origin) : [];
    told.replaceChildren(...(own.length > 0
      ? ["Taken from the file, trust not established:", ...own.flatMap((key) => [make("br"), make("span", { class: "mono" }, shown(key.name)), " ", digest(key.text)])]
      : ["Without it no signature of the log can be verified, whatever the file says about itself."]));
  }
}

function renderVerdict(verdict, milliseconds) {
  const panel = find("verdict");
  if (verdict === null) {
    panel.replaceChildren(make("p", { class: "quiet" }, "Nothing opened yet. Every check below is open until you give a file."));
    return;
  }
  const form = verdict.result === "VERIFIED" ? "verified" : verdict.result === "FAILED" ? "failed" : "incomplete";
  const failed = verdict.checks.filter((check) => check.status === "failed");
  const open = verdict.checks.filter((check) => check.status === "not checked" && (check.asked || check.lines.length === 0));
  const because = failed.length > 0 ? [`${failed.map((check) => check.id).join(", ")} failed: `, ...withDigests(failed[0].lines.find((line) => line.status === "failed").detail)]
    : verdict.result === "VERIFIED" ? [`Every mandatory check is verified. Level: ${verdict.level}.${verdict.bounds.notAfter ? ` Witnesses saw it by ${verdict.bounds.notAfter}.` : ""}`]
      : verdict.selfAsserted ? ["Not checked: trust is self-asserted. Paste the log key or trust file that you have from elsewhere."]
        : [`${open.map((check) => check.id).join(", ") || "A part"} could not be checked: `, ...withDigests(open[0] ? detailOf(open[0]) : "see the list")];
  panel.replaceChildren(
    make("div", { class: "verdict-head" }, badge(form), make("span", { class: "quiet" }, `${Math.max(1, Math.round(milliseconds))} ms, in this browser`)),
    make("p", { class: "because" }, ...because),
    ...sentences(verdict));
}

/** What the record says, in words; whatever is not verified is labelled so. */
function sentences(verdict) {
  const decisions = (verdict.world?.entries ?? []).filter((entry) => entry.statement?.type === "decision");
  const telling = decisions.slice(0, 3).map((entry) => {
    const sure = verdict.findings.holds(["V02", "V03", "V04", "V05", "V06"], entry.index);
    const p = entry.statement.predicate;
    const action = entry.action ? `${p.request.action} ${[entry.action.name ?? entry.action.uri, entry.action.server && `on ${entry.action.server}`].filter(Boolean).join(" ")}` : p.request.action;
    const closed = entry.closed?.statement;
    return make("p", { class: sure ? "sentence" : "sentence unsure" },
      sure ? null : make("span", { class: "label" }, "Not verified"),
      "On ", make("time", { datetime: p.time }, p.time.replace("T", " ").replace("Z", " UTC")), ", log ", make("span", { class: "mono together" }, shown(p.origin)), " recorded as entry ", make("b", {}, String(entry.index)),
      " that ", make("b", { class: "together" }, shown(p.identity.principal ?? "somebody who could not be identified")), p.decision === "allow" ? " was allowed " : " was refused ", make("b", { class: "together" }, shown(action)),
      p.decision === "allow" ? `, by ${p.policies.length > 0 ? `policy ${p.policies.map(shown).join(", ")}` : "no named policy"}.` : `: ${shown(p.reason)}.`,
      closed?.type === "outcome" ? ` Its enforcement point reported ${shown(closed.predicate.result)} (entry ${entry.closed.index}).` : closed?.type === "orphaned" ? ` No outcome came: orphaned (entry ${entry.closed.index}).` : "");
  });
  if (decisions.length > 3) {
    const allowed = decisions.filter((entry) => entry.statement.predicate.decision === "allow").length;
    telling.push(make("p", { class: "sentence quiet" }, `And ${plural(decisions.length - 3, "more decision")}: ${allowed} of all ${decisions.length} allowed, ${decisions.length - allowed} refused.`));
  }
  return telling;
}

function renderChecks(verdict) {
  const checks = verdict?.checks ?? new Findings().checks();
  find("checks").replaceChildren(...checks.map((check) => {
    const lines = [...check.lines].sort((a, b) => severity[b.status] - severity[a.status]);
    const summary = verdict ? detailOf(check) : "";
    const more = lines.length > 1;
    const row = [
      make("span", { class: "id mono" }, check.id),
      make("span", { class: "what" }, make("b", {}, check.title), make("span", { class: "about" }, check.about)),
      make("span", { class: "seen" }, ...withDigests(summary)),
      make("span", { class: "state" }, badge(check.status)),
    ];
    return more
      ? make("details", { class: `check ${check.status.replace(" ", "-")}`, "data-id": check.id, "data-status": check.status }, make("summary", {}, ...row),
        make("ul", { class: "lines" }, ...lines.slice(0, 200).map((line) => make("li", { class: line.status.replace(" ", "-") }, badge(line.status), make("span", {}, ...withDigests(line.detail)))),
          lines.length > 200 ? make("li", {}, `and ${lines.length - 200} more`) : null))
      : make("div", { class: `check ${check.status.replace(" ", "-")}`, "data-id": check.id, "data-status": check.status, tabindex: "-1" }, ...row);
  }));
}

/** One line about an entry. */
function tell({ type, predicate: p }) {
  switch (type) {
    case "genesis": return `log begins (${p.cause})`;
    case "enforcement-point": return `${p.kind} ${p.ep.id} starts`;
    case "decision": return `${p.decision === "allow" ? "allowed" : `refused: ${p.reason}`} · ${p.request.action} · ${p.identity.principal ?? "unidentified"}`;
    case "outcome": return `of entry ${p.decision.index}: ${p.result}`;
    case "orphaned": return `of entry ${p.decision.index}: ${p.why}`;
    case "refusals": return Object.entries(p.counts).map(([code, count]) => `${count} × ${code}`).join(", ");
    case "coverage": return `counts ${plural(p.asks, "ask")}, ${plural(p.reports, "report")}, ${p.open.length} open${p.final ? "; says no more" : ""}`;
    case "gap": return `${p.kind}: ${p.why}`;
    case "policy-activation": return `${p.changed.join(", ")} by ${p.by}`;
    case "key-set": return p.keys.map((given) => given.role).join(", ");
    case "state": return `size ${p.size}`;
    default: return "";
  }
}

function renderEntries(verdict) {
  const entries = verdict?.world?.entries ?? [];
  find("entries-part").hidden = entries.length === 0;
  const limit = 500;
  find("entries").replaceChildren(...entries.slice(0, limit).map((entry) => {
    const failed = verdict.findings.failed(entry.index);
    const sure = verdict.findings.holds(["V02", "V03", "V04", "V05", "V06"], entry.index);
    const p = entry.statement?.predicate;
    return make("details", { class: "entry", "data-index": String(entry.index) },
      make("summary", {},
        make("span", { class: "index mono" }, String(entry.index)),
        make("span", { class: "time mono" }, p ? p.time.replace("T", " ") : "unknown"),
        make("span", { class: "type" }, entry.statement?.type ?? "unreadable"),
        make("span", { class: "seen" }, entry.statement ? shown(tell(entry.statement)) : ""),
        make("span", { class: "state" }, badge(failed ? "failed" : sure ? "verified" : "not checked"))),
      make("div", { class: "body" },
        entry.statement ? make("p", { class: "quiet" }, "statement ", digest(entry.statement.digest), "  leaf ", entry.leafHash ? digest(hex(entry.leafHash)) : "unknown") : null,
        entry.action ? make("h4", {}, "Opened request") : null,
        entry.action ? make("pre", {}, shown(JSON.stringify(entry.action, null, 2))) : null,
        entry.permit ? make("h4", {}, "Execution permit") : null,
        entry.permit ? make("pre", {}, shown(JSON.stringify(entry.permit.claims, null, 2))) : null,
        make("h4", {}, "Statement"),
        make("pre", { tabindex: "0" }, p ? shown(JSON.stringify(p, null, 2)) : "could not be read")));
  }), ...(entries.length > limit ? [make("p", { class: "quiet" }, `${entries.length - limit} more entries were checked and are not listed.`)] : []));
}

/** Bundles that a maker of this page put into it as inert data. */
function renderEmbedded() {
  const blocks = [...document.querySelectorAll("script.bundle")];
  find("embedded").hidden = blocks.length === 0;
  find("embedded").append(...blocks.map((block) => make("li", {}, make("button", {
    type: "button",
    onclick: () => show(new Map([[`${block.dataset.name}.zip`, fromBase64(block.textContent.trim(), block.dataset.name)]])),
  }, shown(block.dataset.name)))));
}

function fromFragment() {
  const match = /^#p=([A-Za-z0-9_-]{1,65536})$/.exec(location.hash);
  if (match) {
    try {
      show(new Map([["from the address.zip", fromBase64url(match[1], "address")]]));
    } catch (fault) {
      say(fault.message);
    }
  }
}

function rows() {
  return [...document.querySelectorAll(".check summary, div.check, .entry summary")];
}

const keys = {
  o: () => find("choose").click(),
  t: () => find("trust").focus(),
  j: () => step(1),
  k: () => step(-1),
  e: () => {
    const all = [...document.querySelectorAll("#result details")];
    const open = all.some((node) => !node.open);
    all.forEach((node) => (node.open = open));
  },
  "?": () => find("help").showModal(),
};

function step(by) {
  const all = rows();
  const at = all.indexOf(document.activeElement);
  all[Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
}

function start() {
  const input = find("choose");
  const drop = find("drop");
  input.addEventListener("change", () => open(input.files));
  find("choose-button").addEventListener("click", () => input.click());
  find("help-button").addEventListener("click", () => find("help").showModal());
  find("print-button").addEventListener("click", () => print());
  let wait;
  find("trust").addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(judge, 200);
  });
  find("trust-file").addEventListener("change", async () => {
    const file = find("trust-file").files[0];
    if (file && file.size <= noteBytesMax) {
      find("trust").value = await file.text();
      await judge();
    }
  });
  find("trust-button").addEventListener("click", () => find("trust-file").click());
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) {
      drop.classList.remove("over");
    }
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    open(event.dataTransfer.files);
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("textarea, input, dialog");
    if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && Object.hasOwn(keys, event.key)) {
      event.preventDefault();
      keys[event.key]();
    }
  });
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details.check")].filter((node) => !node.open);
    closed.forEach((node) => (node.open = true));
    find("printed").textContent = new Date().toISOString();
  });
  addEventListener("afterprint", () => closed.forEach((node) => (node.open = false)));
  addEventListener("hashchange", fromFragment);
  find("self").replaceChildren(digest(hex(sha256(utf8(ownText)))));
  find("not-proved").replaceChildren(...notProved.map((line) => make("li", {}, line)));
  find("requests").textContent = String(performance.getEntriesByType("resource").length);
  renderEmbedded();
  render(null, 0);
  fromFragment();
}

const ownText = document.currentScript.textContent;

// For tests and for the curious with a console: the same functions, nothing to switch.
globalThis.obstat = Object.freeze({ verify, verdictJson, parseCheckpoint, parseTlogProof, preAuthentication, leafHash, verifyEd25519, verifyP256, checkInclusion, checkConsistency, parseJson, parseNote, parseVkey, parseTrust, derToRaw, canonical, fromBase64, utf8, sha256 });
start();
