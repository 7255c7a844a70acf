// What was dropped: a bundle (zip), or the loose files of one entry. Read once into entries; nothing is believed yet.

const layout = [
  /^manifest\.json$/, /^README\.txt$/, /^trust\/(policy|trusted_root\.json|keys\.json)$/,
  /^entries\/(0|[1-9][0-9]{0,18})\.(statement\.json|dsse\.json|leaf|tlog-proof|sigstore\.json)$/,
  /^permits\/[A-Za-z0-9_-]{22}\.jwt$/, /^blobs\/[0-9a-f]{64}\.json$/, /^snapshot\/[0-9a-f]{64}$/,
  /^checkpoints\/(0|[1-9][0-9]{0,18})$/, /^consistency\/(0|[1-9][0-9]{0,18})-(0|[1-9][0-9]{0,18})$/,
];
const entryKinds = ["statement.json", "dsse.json", "leaf", "tlog-proof"];

/**
 * @param {Uint8Array} bytes a container in the exact form of the exporter
 * @returns {{files: Map<string, Uint8Array>, manifest: any, entries: Map<bigint, object>}}
 */
function readBundle(bytes) {
  const files = readZip(bytes);
  for (const name of files.keys()) {
    demand(layout.some((pattern) => pattern.test(name)), `container: ${name} has no place in a bundle`);
  }
  demand(files.has("manifest.json"), "container: no manifest.json");
  const manifest = parseCanonical(files.get("manifest.json"), "manifest.json");
  fits(manifest, record({ format: ["execution-evidence/1"], origin: "name", created: "time", entries: list("count"), files: map("digest"), erased: list("digest") }), "manifest.json");
  for (const [name, digest] of Object.entries(manifest.files)) {
    demand(files.has(name) && name !== "manifest.json", `manifest.json: ${name} is listed and missing`);
    const got = hex(sha256(files.get(name)));
    demand(got === digest, `${name}: expected SHA-256 ${digest}, got ${got}`);
  }
  for (const name of files.keys()) {
    demand(name === "manifest.json" || name in manifest.files, `${name}: in the container and not in the manifest`);
  }
  demand(manifest.entries.length > 0, "manifest.json: expected at least one entry");
  const entries = new Map();
  for (const index of manifest.entries.map(BigInt)) {
    demand(!entries.has(index) && [...entries.keys()].every((earlier) => earlier < index), "manifest.json: entries are not in ascending order");
    const entry = { index, parts: {} };
    for (const kind of entryKinds) {
      demand(files.has(`entries/${index}.${kind}`), `entries/${index}.${kind}: missing`);
      entry.parts[kind] = files.get(`entries/${index}.${kind}`);
    }
    entry.sigstore = files.get(`entries/${index}.sigstore.json`);
    entries.set(index, entry);
  }
  for (const name of files.keys()) {
    const match = /^entries\/([0-9]+)\./.exec(name);
    demand(match === null || entries.has(BigInt(match[1])), `${name}: its entry is not in the manifest`);
  }
  return { files, manifest, entries };
}

/**
 * The loose files of one entry, by the ends of their names. The statement may be left out: it is the envelope's payload.
 * @param {Map<string, Uint8Array>} dropped
 */
function readLoose(dropped) {
  const parts = {};
  const files = new Map();
  for (const [name, bytes] of dropped) {
    const kind = ["statement.json", "dsse.json", "leaf", "tlog-proof", "jwt"].find((end) => name.endsWith(`.${end}`));
    demand(kind !== undefined, `${name}: neither a bundle nor one of ${entryKinds.join(", ")}`);
    demand(!(kind in parts), `${name}: a second .${kind}; open one entry at a time, or a bundle`);
    parts[kind] = bytes;
  }
  if (parts.jwt) {
    files.set("permits/loose.jwt", parts.jwt);
  }
  demand(parts["tlog-proof"] !== undefined && parts["dsse.json"] !== undefined && parts.leaf !== undefined,
    `one entry needs its .dsse.json, .leaf and .tlog-proof; here: ${Object.keys(parts).map((kind) => `.${kind}`).join(", ")}`);
  const index = parseTlogProof(parts["tlog-proof"], "the .tlog-proof").index;
  parts["statement.json"] ??= parseEnvelope(parts["dsse.json"], "the .dsse.json").payload;
  return { files, manifest: null, entries: new Map([[index, { index, parts }]]) };
}

/** DSSE with exactly one signature. @param {Uint8Array} bytes @param {string} what */
function parseEnvelope(bytes, what) {
  const envelope = parseCanonical(bytes, what);
  fits(envelope, record({ payload: "text", payloadType: [payloadType], signatures: list(record({ sig: "text" })) }), what);
  demand(envelope.signatures.length === 1, `${what}: expected one signature, got ${envelope.signatures.length}`);
  return { payload: fromBase64(envelope.payload, `${what}: payload`), signature: fromBase64(envelope.signatures[0].sig, `${what}: sig`) };
}

/** The one spelling of a hashedrekord 0.0.2 leaf. @param {Uint8Array} digest @param {Uint8Array} signature @param {Uint8Array} spki */
function writeLeaf(digest, signature, spki) {
  return utf8(canonical({
    apiVersion: "0.0.2",
    kind: "hashedrekord",
    spec: {
      hashedRekordV002: {
        data: { algorithm: "SHA2_256", digest: base64(digest) },
        signature: { content: base64(signature), verifier: { keyDetails: "PKIX_ECDSA_P256_SHA_256", publicKey: { rawBytes: base64(spki) } } },
      },
    },
  }));
}

/** @param {Uint8Array} bytes @param {string} what */
function parseLeaf(bytes, what) {
  demand(bytes.length <= 1024, `${what}: more than 1,024 bytes`);
  const leaf = parseCanonical(bytes, what);
  fits(leaf, record({
    apiVersion: ["0.0.2"], kind: ["hashedrekord"],
    spec: record({
      hashedRekordV002: record({
        data: record({ algorithm: ["SHA2_256"], digest: "text" }),
        signature: record({ content: "text", verifier: record({ keyDetails: ["PKIX_ECDSA_P256_SHA_256"], publicKey: record({ rawBytes: "text" }) }) }),
      }),
    }),
  }), what);
  const inner = leaf.spec.hashedRekordV002;
  const digest = fromBase64(inner.data.digest, `${what}: digest`);
  demand(digest.length === 32, `${what}: digest of ${digest.length} bytes`);
  return { digest, signature: fromBase64(inner.signature.content, `${what}: signature`), spki: parseSpki(inner.signature.verifier.publicKey.rawBytes, `${what}: key`) };
}

/** The entry as Sigstore's tools take it (bundle v0.3): nothing but envelope, leaf and proof, in their spelling. */
function writeSigstore({ envelope, leaf, proof, head, parts }) {
  const index = String(proof.index);
  const id = proof.note.signatures.find((signature) => signature.name === head.origin)?.id ?? "";
  return utf8(canonical({
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: {
      publicKey: { hint: thumbprint(leaf.spki) },
      tlogEntries: [{
        logIndex: index,
        logId: { keyId: base64(Uint8Array.from(id.match(/../g) ?? [], (pair) => parseInt(pair, 16))) },
        kindVersion: { kind: "hashedrekord", version: "0.0.2" },
        integratedTime: "0",
        inclusionProof: {
          logIndex: index,
          rootHash: base64(head.root),
          treeSize: String(head.size),
          hashes: proof.path.map(base64),
          checkpoint: { envelope: text(proof.note.bytes, "checkpoint") },
        },
        canonicalizedBody: base64(parts.leaf),
      }],
    },
    dsseEnvelope: { payload: base64(envelope.payload), payloadType, signatures: [{ sig: base64(envelope.signature) }] },
  }));
}

/** Copies for other tools: what the entries announce, and the log's key as Sigstore takes it. They must be what the entries and the believed key give. */
function writeKeys(entries) {
  const announced = ({ type, predicate }) => ({ genesis: predicate.statementKeys, "key-set": predicate.keys, "enforcement-point": [{ kid: predicate.kid, publicKey: predicate.publicKey, role: "report" }],
    "key-rotation": predicate.new?.kid ? [{ ...predicate.new, role: predicate.role }] : [] })[type] ?? [];
  return utf8(canonical(entries.flatMap((entry) => announced(entry.statement).map(({ kid, publicKey, role }) => ({ index: Number(entry.index), kid, publicKey, role })))));
}

/** @param {ReturnType<typeof parseVkey>} log @param {string} start time of the oldest entry */
function writeHeadSpki(key) {
  return concat(Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00), key.key);
}

function writeTrustedRoot(keys, start) {
  const seconds = (time) => time.replace(/\.\d{3}Z$/, "Z");
  return utf8(canonical({
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: keys.map(({ key, time, end }) => {
      const id = { keyId: base64(Uint8Array.from(key.id.match(/../g), (pair) => parseInt(pair, 16))) };
      return {
        baseUrl: ["https:", "", key.name].join("/"),
        hashAlgorithm: "SHA2_256",
        publicKey: {
          rawBytes: base64(writeHeadSpki(key)),
          keyDetails: "PKIX_ED25519",
          validFor: { start: seconds(time ?? start), ...(end === undefined ? {} : { end: seconds(end) }) },
        },
        logId: id,
        checkpointKeyId: id,
      };
    }),
    certificateAuthorities: [],
    ctlogs: [],
    timestampAuthorities: [],
  }));
}
