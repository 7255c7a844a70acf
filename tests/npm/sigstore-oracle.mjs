// Verifies Sigstore bundles with @sigstore/verify: one JSON object a line on standard input {bundle, trustedRoot, key}, one answer a line on standard output: "ok", or why not.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { createPublicKey } from 'node:crypto';
const require = createRequire(import.meta.url);
const { bundleFromJSON } = require('@sigstore/bundle');
const { TrustedRoot } = require('@sigstore/protobuf-specs');
const { Verifier, toSignedEntity, toTrustMaterial } = require('@sigstore/verify');
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  let answer = 'ok';
  try {
    const { bundle, trustedRoot, key } = JSON.parse(line);
    const publicKey = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
    const material = toTrustMaterial(TrustedRoot.fromJSON(trustedRoot), () => ({ publicKey, validFor: () => true }));
    // No timestamp authority and no certificate are part of this trust: the log is.
    new Verifier(material, { tlogThreshold: 1, ctlogThreshold: 0, timestampThreshold: 0 }).verify(toSignedEntity(bundleFromJSON(bundle)));
  } catch (fault) {
    answer = `${fault.name}: ${fault.message}`.split('\n')[0];
  }
  process.stdout.write(`${answer}\n`);
}
