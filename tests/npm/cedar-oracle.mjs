// Answers authorization calls with the official Cedar engine: one JSON call a line on standard input, one answer a line on standard output.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
const cedar = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs');
const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
let out = [];
for await (const line of lines) {
  const { policies, entities, requests } = JSON.parse(line);
  const answers = requests.map((request) => {
    const answer = cedar.isAuthorized({ ...request, policies: { staticPolicies: policies }, entities });
    if (answer.type !== 'success') return { failure: answer.errors.map((e) => e.message) };
    const { decision, diagnostics } = answer.response;
    return { decision, reason: [...diagnostics.reason].sort(), errors: diagnostics.errors.map((e) => e.policyId).sort() };
  });
  out.push(JSON.stringify(answers));
  if (out.length === 50) { process.stdout.write(out.join('\n') + '\n'); out = []; }
}
if (out.length) process.stdout.write(out.join('\n') + '\n');
