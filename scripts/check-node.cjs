// biome-ignore-all lint/style/useTemplate: this file runs on Node.js versions without templates
// Says in one line what to do when this Node.js is too old for Alidade, and is silent otherwise. It must itself run on
// any Node.js since 0.12: no syntax younger than ES5.
'use strict';

// The oldest SQLite that does not lose data when several connections reset the write-ahead log at once.
var oldestSqlite = [3, 51, 3];

var remedy =
  '; Alidade needs Node.js 22.23 or newer, with SQLite 3.51.3 or newer. In a clone, `npm ci` (without ' +
  '--ignore-scripts) brings one along for npm and npx; elsewhere install Node.js 24 from https://nodejs.org. ' +
  '(ALI_NODE_TOO_OLD)';

/** Whether the version `text` ('24.1.0') is at least `oldest` ([22, 23]). */
function isAtLeast(text, oldest) {
  var parts = String(text).split('.');
  var i;
  var part;
  for (i = 0; i < oldest.length; i += 1) {
    part = Number.parseInt(parts[i], 10) || 0;
    if (part !== oldest[i]) return part > oldest[i];
  }
  return true;
}

/** What is wrong with these versions (process.versions), or undefined when they will do. */
function problemWith(versions) {
  // 23 and 25 are judged as the others are: by their own SQLite.
  if (!isAtLeast(versions.node, [22, 23])) return 'this is Node.js ' + versions.node;
  // Some builds do not name their SQLite; opening a store asks SQLite itself.
  if (versions.sqlite !== undefined && !isAtLeast(versions.sqlite, oldestSqlite)) {
    return 'this is Node.js ' + versions.node + ', whose SQLite ' + versions.sqlite + ' can damage files';
  }
  return undefined;
}

/** Ends the process with status 1 and one line when this Node.js is too old. */
function check() {
  var problem = problemWith(process.versions);
  if (problem === undefined) return;
  console.error('alidade: ' + problem + remedy);
  process.exit(1);
}

module.exports = { check: check, problemWith: problemWith };

if (require.main === module) check();
