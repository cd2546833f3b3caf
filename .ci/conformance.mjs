// Runs every scenario that the suites list, and compares what they say with the
// tables of docs/CONFORMANCE.md.
// usage: node conformance.mjs DOC URL RESULTS-FOLDER SUITE-FOLDER…
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [doc, url, results, ...suites] = process.argv.slice(2);
const failures = [];
const say = (mark, what, text) => console.log(`${mark.padEnd(5)}${what}: ${text}`);
const fail = (what, text) => { failures.push(`${what}: ${text}`); say('FAIL', what, text); };

// table gives the rows between <!-- name --> and <!-- /name -->, each as its
// cells' words in backquotes.
const text = readFileSync(doc, 'utf8');
function table(name) {
  const [, body] = text.match(new RegExp(`<!-- ${name} -->\n([^]*?)<!-- /${name} -->`)) ?? [];
  if (!body) throw new Error(`docs/CONFORMANCE.md has no table "${name}"`);
  return body.split('\n').filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').slice(1, -1).map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((m) => m[1])));
}
const applies = new Set(table('applies').flatMap(([names]) => names));
const foreign = new Set(table('does not apply').flatMap(([names]) => names));
const excused = new Set(table('excused').map(([[scenario], [check], [status]]) => `${scenario} ${check} ${status}`));
for (const name of applies) if (foreign.has(name)) fail(name, 'both applies and does not');

// judge says what is wrong with the checks of one run; "" is nothing.
const used = new Set();
function judge(scenario, checks) {
  const wrong = [];
  let good = 0, excuses = 0;
  for (const { id, status, errorMessage, details } of checks) {
    const excuse = `${scenario} ${id} ${status}`;
    if (status === 'SUCCESS') good++;
    else if (excused.has(excuse)) used.add(excuse), excuses++;
    else if (applies.has(scenario) || id === 'wire-schema-valid') wrong.push(`${id} is ${status}: ${errorMessage ?? JSON.stringify(details)}`);
  }
  if (applies.has(scenario) && good === 0) wrong.push('no check was a success');
  const summary = applies.has(scenario) ? `${good} checks` + (excuses ? `, ${excuses} excused` : '')
    : 'does not apply' + (checks.some((check) => check.id === 'wire-schema-valid') ? '; its messages are valid' : '');
  return { wrong: wrong.join('; '), summary };
}

const seen = new Set();
let runs = 0;
for (const suite of suites) {
  const { version } = JSON.parse(readFileSync(join(suite, 'package.json')));
  const program = join(suite, 'dist', 'index.js');
  const choose = !version.startsWith('0.1.'); // there, --spec-version only filters lists
  const lines = execFileSync(process.execPath, [program, 'list', '--server'], { encoding: 'utf8', timeout: 60_000 })
    .split('\n').filter((line) => line.trim() && !line.startsWith('Server scenarios'));
  if (lines.length === 0) fail(version, 'lists no scenarios');
  for (const line of lines) {
    const [, scenario, specs] = line.match(/^ {2}- (\S+) \[(.+)\]$/) ?? [];
    if (!scenario) { fail(version, `a line of its list is not understood: ${line}`); continue; }
    seen.add(scenario);
    if (!applies.has(scenario) && !foreign.has(scenario)) {
      fail(`${version} ${scenario}`, 'is not in docs/CONFORMANCE.md: does it apply?');
      continue;
    }
    for (const spec of choose ? specs.split(',') : ['']) {
      const what = `${version} ${scenario} ${spec}`.trim();
      const out = join(results, what.replaceAll(' ', '_'));
      const args = [program, 'server', '--url', url, '--scenario', scenario, '--output-dir', out];
      if (spec && spec !== 'extension') args.push('--spec-version', spec);
      const run = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
      const [file] = globSync(join(out, '*', 'checks.json'));
      if (!file) { fail(what, `the suite gave no result\n${run.stdout}${run.stderr}`); continue; }
      const { wrong, summary } = judge(scenario, JSON.parse(readFileSync(file)));
      runs++;
      if (wrong) fail(what, wrong);
      else say(applies.has(scenario) ? 'ok' : 'n/a', what, summary);
    }
  }
}
for (const name of [...applies, ...foreign]) if (!seen.has(name)) fail(name, 'is in docs/CONFORMANCE.md and in no suite');
for (const excuse of excused) if (!used.has(excuse)) fail(excuse, 'is excused in docs/CONFORMANCE.md and did not happen');
console.log(`${runs} runs, ${failures.length} failures`);
if (failures.length > 0) {
  console.error(`conformance:\n  ${failures.join('\n  ')}`);
  process.exit(1);
}
