#!/usr/bin/env node
// biome-ignore-all lint/style/useTemplate: this file runs on Node.js versions without templates
// Only syntax that any Node.js since 0.12 reads, so that an old one gives its one clear line and no syntax error.
'use strict';

require('../scripts/check-node.cjs').check();

var path = require('node:path');
var main = path.join(__dirname, '..', 'dist', 'cli', 'main.js');
if (!require('node:fs').existsSync(main)) {
  console.error('alidade: this clone is not built yet: run `npm run build` in ' + path.dirname(__dirname));
  process.exit(1);
}

// What Node.js compiled is kept for the next start.
require('node:module').enableCompileCache();
require(main).run();
