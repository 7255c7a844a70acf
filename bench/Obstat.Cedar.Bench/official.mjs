// Measures the official engine: the first line names a workload, each further line asks for one run and is answered with nanoseconds a request.
// Policies and schema are parsed once; each request brings the entities that it can reach, because this engine reads entities with every call.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
const require = createRequire(process.argv[2] + '/');
const cedar = require('@cedar-policy/cedar-wasm/nodejs');
const key = (uid) => (uid.__entity ?? uid).type + '::' + (uid.__entity ?? uid).id;
let calls, expected;

function references(value, found) {
  if (Array.isArray(value)) value.forEach((v) => references(v, found));
  else if (value && typeof value === 'object') {
    if (value.__entity) found.push(key(value));
    else if (typeof value.type === 'string' && typeof value.id === 'string' && Object.keys(value).length === 2) found.push(key(value));
    else Object.values(value).forEach((v) => references(v, found));
  }
}

function open({ policies, schema, entities, requests, decisions }) {
  const parsed = cedar.preparsePolicySet('set', { staticPolicies: policies });
  const typed = cedar.preparseSchema('schema', schema);
  if (parsed.type !== 'success' || typed.type !== 'success') throw new Error(JSON.stringify([parsed, typed]));
  const all = new Map(entities.map((e) => [key(e.uid), e]));
  calls = requests.map((request) => {
    const open = [];
    references([request.principal, request.action, request.resource, request.context], open);
    const seen = new Map();
    while (open.length) {
      const next = open.pop();
      const entity = all.get(next);
      if (!entity || seen.has(next)) continue;
      seen.set(next, entity);
      references([entity.attrs, entity.parents, entity.tags], open);
    }
    return { ...request, preparsedPolicySetId: 'set', preparsedSchemaName: 'schema', validateRequest: true, entities: [...seen.values()] };
  });
  expected = decisions;
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (!calls) { open(JSON.parse(line)); console.log('{}'); continue; }
  let [count, wrong] = [0, 0];
  const start = process.cpuUsage();
  const until = Date.now() + Number(line);
  while (Date.now() < until || count < calls.length) {
    const at = count++ % calls.length;
    const answer = cedar.statefulIsAuthorized(calls[at]);
    if (count <= calls.length && (answer.type !== 'success' || answer.response.decision !== expected[at])) wrong++;
  }
  console.log(JSON.stringify({ ns: (process.cpuUsage(start).user * 1000) / count, wrong }));
}
