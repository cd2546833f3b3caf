// Adds an Authorization header to every request, for test suites that cannot
// send one: node .ci/proxy.mjs FILE. FILE says where requests go and with which
// API key: ADDRESS KEY. It is read at each request, so it may be written after
// the port, which is printed, is known. All else passes untouched, both ways,
// as it comes.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { pipeline } from 'node:stream';

const file = process.argv[2];

// end to end: without the headers that belong to one connection alone.
const hop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade']);
function headers(raw, ...more) {
  const out = [];
  for (let i = 0; i < raw.length; i += 2) {
    if (!hop.has(raw[i].toLowerCase())) out.push(raw[i], raw[i + 1]);
  }
  return [...out, ...more];
}

const proxy = http.createServer((request, response) => {
  const [address, key] = readFileSync(file, 'utf8').trim().split(' ');
  const { hostname, port } = new URL(`http://${address}`);
  const chunked = request.headers['transfer-encoding'] ? ['Transfer-Encoding', 'chunked'] : [];
  const onward = http.request({
    hostname, port, method: request.method, path: request.url, agent: false, setHost: false,
    headers: headers(request.rawHeaders, 'Authorization', `Bearer ${key}`, ...chunked),
  });
  onward.on('response', (answer) => {
    response.sendDate = false;
    response.writeHead(answer.statusCode, answer.statusMessage, headers(answer.rawHeaders));
    response.flushHeaders(); // a stream may say nothing for a while
    pipeline(answer, response, () => {}); // a broken answer breaks the connection
  });
  onward.on('error', () => {
    if (response.headersSent) return response.destroy();
    response.writeHead(502).end();
  });
  response.on('close', () => onward.destroy()); // nobody waits any more
  request.on('error', () => onward.destroy());
  request.pipe(onward);
});
proxy.listen(0, '127.0.0.1', () => console.log(proxy.address().port));
