// Drives one MCP connection with the official TypeScript SDK: each line of standard input is a step, each answer one line of standard output.
//   node client.mjs stdio COMMAND ARGS...        node client.mjs http URL [BEARER]
// Steps: {"list":true}  {"call":"name","arguments":{}}  {"read":"uri"}  {"prompt":"name","arguments":{}}  {"request":{"method":..,"params":..}}
import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js';

const [kind, target, ...rest] = process.argv.slice(2);
const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');
const failed = (error) => ({ error: { code: error.code ?? null, message: error.message, data: error.data ?? null } });

const transport = kind === 'stdio'
  ? new StdioClientTransport({ command: target, args: rest, stderr: 'inherit', env: process.env })
  : new StreamableHTTPClientTransport(new URL(target), rest[0] ? { requestInit: { headers: { Authorization: `Bearer ${rest[0]}` } } } : {});
const client = new Client({ name: 'wire-tests', version: '1' });

try {
  await client.connect(transport);
  say({ connected: true, server: client.getServerVersion(), capabilities: client.getServerCapabilities() });
} catch (error) {
  say({ connected: false, ...failed(error) });
  process.exit(3);
}

for await (const line of createInterface({ input: process.stdin })) {
  const step = JSON.parse(line);
  try {
    if (step.list) say(await client.listTools());
    else if (step.call) say(await client.callTool({ name: step.call, arguments: step.arguments ?? {} }));
    else if (step.read) say(await client.readResource({ uri: step.read }));
    else if (step.prompt) say(await client.getPrompt({ name: step.prompt, arguments: step.arguments ?? {} }));
    else say(await client.request(step.request, ResultSchema));
  } catch (error) {
    say(failed(error));
  }
}
await client.close();
