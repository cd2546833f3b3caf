// Two users, alice and bob, on one store, with the official SDK's client.
// usage: node sdk.mjs PROGRAM STORE URL-OF-ITS-SERVER
import { spawnSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [program, store, url] = process.argv.slice(2);
const ilab = (...args) => {
  const { status, stdout, stderr } = spawnSync(program, [...args, '--db', store], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout + stderr;
};
function newKey(user, ...flags) {
  const said = ilab('key', 'add', '--user', user, ...flags);
  return { secret: said.match(/ilab_\S+/)[0], id: said.match(/key revoke (\S+)/)[1] };
}
async function until(what, f) {
  for (let i = 0; i < 200; i++) {
    if (f()) return;
    await sleep(50);
  }
  assert.fail(`not in ten seconds: ${what}`);
}

// wire is a fetch that keeps what came back: statuses, and the event streams
// that were opened and that ended in order.
function wire() {
  const seen = { statuses: [], opened: 0, ended: 0 };
  seen.fetch = async (...args) => {
    const response = await fetch(...args);
    seen.statuses.push(response.status);
    if (!response.ok || !response.headers.get('content-type')?.includes('text/event-stream')) return response;
    seen.opened++;
    const body = response.body.pipeThrough(new TransformStream({ flush() { seen.ended++; } }));
    return new Response(body, { status: response.status, headers: response.headers });
  };
  return seen;
}

// Each transport connects a user with a new key; stdio needs none.
const over = (Transport, path) => async (user, ...flags) => {
  const key = newKey(user, ...flags), seen = wire();
  const transport = new Transport(new URL(path, url), {
    requestInit: { headers: { Authorization: `Bearer ${key.secret}` } }, fetch: seen.fetch,
  });
  return { key, seen, transport, ...await join(transport) };
};
async function join(transport) {
  const client = new Client({ name: 'sdk-check', version: '1' });
  client.onerror = () => {}; // an SSE client goes on asking after its key is revoked
  await client.connect(transport);
  return { client, call: (name, args) => client.callTool({ name, arguments: args }) };
}
const transports = {
  stdio: (user) => join(new StdioClientTransport({ command: program, args: ['stdio', '--user', user, '--db', store], stderr: 'ignore' })),
  'Streamable HTTP': over(StreamableHTTPClientTransport, '/mcp'),
  SSE: over(SSEClientTransport, '/sse'),
};

let checks = 0;
for (const [name, connect] of Object.entries(transports)) {
  const check = async (what, f) => {
    try {
      await f();
    } catch (error) {
      console.error(`FAILED  ${name}: ${what}`);
      throw error;
    }
    checks++;
    console.log(`ok  ${name}: ${what}`);
  };
  const word = name.replace(' ', '').toLowerCase(); // that only this transport's memories hold
  const users = {};
  await check('alice and bob connect', async () => {
    for (const user of ['alice', 'bob']) users[user] = await connect(user);
  });
  const { alice, bob } = users;
  await check('twelve tools each', async () => {
    for (const { client } of [alice, bob]) assert.equal((await client.listTools()).tools.length, 12);
  });
  const ids = {};
  await check('each saves a memory of one title', async () => {
    for (const user of ['alice', 'bob']) {
      const { structuredContent: saved } = await users[user].call('mem_save', {
        type: 'decision', title: `Engine for ${word}`, content: `${user}secret`, topic_key: `engine/${word}`,
      });
      assert.equal(saved.outcome, 'created');
      assert.deepEqual(saved.similar, []);
      ids[user] = saved.id;
    }
    assert.notEqual(ids.alice, ids.bob);
  });
  await check('each finds their own alone', async () => {
    for (const [user, other] of [['alice', 'bob'], ['bob', 'alice']]) {
      const found = await users[user].call('mem_search', { query: word });
      const hits = found.structuredContent.hits.map((hit) => hit.id);
      assert.equal(hits[0], ids[user]); // behind it may stand what the user saved beside it
      for (const other of Object.keys(ids)) if (other !== user) assert.ok(!hits.includes(ids[other]));
      const none = await users[user].call('mem_search', { query: `${other}secret` });
      assert.deepEqual([none.structuredContent.hits, none.structuredContent.total], [[], 0]);
      const context = JSON.stringify(await users[user].call('mem_context', {}));
      assert.ok(context.includes(`${user}secret`) && !context.includes(`${other}secret`));
    }
  });
  await check("alice's memory is not there for bob", async () => {
    const { structuredContent } = await bob.call('mem_get_observation', { observation_id: ids.alice });
    assert.deepEqual(structuredContent, { observation: null });
    const own = await alice.call('mem_get_observation', { observation_id: ids.alice });
    assert.equal(own.structuredContent.observation.content, 'alicesecret');
  });
  await check('a foreign id answers as an unknown one', async () => {
    const unknown = ids.alice + 1;
    const same = async (what, ask) => {
      const answer = async (id) => JSON.stringify(await ask(id).catch((e) => [e.code, e.message, e.data])).replaceAll(String(id), 'ID');
      assert.equal(await answer(ids.alice), await answer(unknown), what);
    };
    for (const tool of ['mem_get_observation', 'mem_timeline', 'mem_history', 'mem_forget']) {
      await same(tool, (id) => bob.call(tool, { observation_id: id }));
    }
    await same('mem_update', (id) => bob.call('mem_update', { observation_id: id, title: 'Mine' }));
    await same('resources/read', (id) => bob.client.readResource({ uri: `memory://observation/${id}` }));
    const still = await alice.call('mem_get_observation', { observation_id: ids.alice });
    assert.equal(still.structuredContent.observation.title, `Engine for ${word}`);
  });
  await check('resources', async () => {
    assert.deepEqual((await bob.client.listResources()).resources.map((r) => r.uri), ['memory://context']);
    assert.equal((await bob.client.listResourceTemplates()).resourceTemplates.length, 2);
    for (const uri of ['memory://context', `memory://observation/${ids.bob}`, `memory://topic/${encodeURIComponent(`engine/${word}`)}`]) {
      const [{ text }] = (await bob.client.readResource({ uri })).contents;
      assert.ok(text.includes('bobsecret') && !text.includes('alicesecret'), uri);
    }
    await assert.rejects(bob.client.readResource({ uri: 'memory://nothing' }));
  });
  await check('prompts', async () => {
    assert.deepEqual((await bob.client.listPrompts()).prompts.map((p) => p.name), ['recall', 'wrap_up']);
    const recalled = JSON.stringify(await bob.client.getPrompt({ name: 'recall', arguments: { query: word } }));
    assert.ok(recalled.includes('bobsecret') && !recalled.includes('alicesecret'));
    await bob.client.getPrompt({ name: 'wrap_up' });
    await assert.rejects(bob.client.getPrompt({ name: 'nothing' }));
  });
  await check('completions', async () => {
    const complete = async (ref, argument, value) => (await bob.client.complete({ ref, argument: { name: argument, value } })).completion.values;
    assert.deepEqual(await complete({ type: 'ref/prompt', name: 'recall' }, 'type', 'dec'), ['decision']);
    assert.deepEqual(await complete({ type: 'ref/prompt', name: 'recall' }, 'topic_key', `engine/${word}`), [`engine/${word}`]);
    assert.deepEqual(await complete({ type: 'ref/resource', uri: 'memory://topic/{topic_key}' }, 'topic_key', `engine/${word}`), [`engine/${word}`]);
  });
  if (bob.key) {
    await check('a key that may only read lists six tools, finds, and cannot save', async () => {
      const before = (await alice.call('mem_stats', {})).structuredContent;
      const reader = await connect('alice', '--read-only');
      assert.deepEqual((await reader.client.listTools()).tools.map((tool) => tool.name).sort(),
        ['mem_context', 'mem_get_observation', 'mem_history', 'mem_search', 'mem_stats', 'mem_timeline']);
      assert.ok((await reader.call('mem_search', { query: word })).structuredContent.total > 0);
      await assert.rejects(reader.call('mem_save', { type: 'decision', title: 'No', content: 'No' }), /there are mem_context, /);
      assert.deepEqual((await alice.call('mem_stats', {})).structuredContent, before);
      await reader.client.close();
    });
    await check('a revoked key ends its stream, and its next call is refused with 401', async () => {
      await until('the stream is open', () => bob.seen.opened > 0);
      assert.equal(bob.seen.ended, 0);
      ilab('key', 'revoke', bob.key.id);
      await until('the stream has ended', () => bob.seen.ended === bob.seen.opened);
      bob.seen.statuses.length = 0;
      await assert.rejects(bob.call('mem_stats', {}), /401|API key|credential/i);
      assert.ok(bob.seen.statuses.length > 0 && bob.seen.statuses.every((status) => status === 401), String(bob.seen.statuses));
      assert.equal(alice.seen.ended, 0); // another's key is another's
      await alice.call('mem_stats', {});
    });
  }
  if (alice.transport?.terminateSession) {
    await check('terminateSession ends the session and its stream', async () => {
      const headers = {
        Authorization: `Bearer ${alice.key.secret}`, 'Mcp-Session-Id': alice.transport.sessionId,
        'Mcp-Protocol-Version': alice.transport.protocolVersion,
        'Content-Type': 'application/json', Accept: 'application/json, text/event-stream',
      };
      const ping = () => fetch(new URL('/mcp', url), { method: 'POST', headers, body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' });
      assert.equal((await ping()).status, 200);
      await alice.transport.terminateSession();
      assert.equal(alice.transport.sessionId, undefined);
      await until('the stream has ended', () => alice.seen.ended === alice.seen.opened);
      assert.equal((await ping()).status, 404);
    });
  }
  await check('they leave', async () => {
    await alice.client.close();
    await bob.client.close();
  });
}
console.log(`${checks} checks`);
