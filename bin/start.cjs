// biome-ignore-all lint/style/useTemplate: this file runs on Node.js versions without templates
// biome-ignore-all lint/complexity/noArguments: nor rest parameters
// Only syntax that any Node.js since 0.12 reads, so that an old one gives its one clear line and no syntax error.
'use strict';

/** Runs a command of the package: the `run` of a file in dist/cli. */
module.exports.start = (name, file) => {
  require('../scripts/check-node.cjs').check();

  var path = require('node:path');
  var main = path.join(__dirname, '..', 'dist', 'cli', file);
  if (!require('node:fs').existsSync(main)) {
    console.error(name + ': this clone is not built yet: run `npm run build` in ' + path.dirname(__dirname));
    process.exit(1);
  }

  // Node.js 22 calls node:sqlite experimental at its first use, which tells a user of the command nothing.
  var emitWarning = process.emitWarning;
  process.emitWarning = function (warning) {
    if (String(warning).indexOf('SQLite is an experimental feature') !== 0)
      emitWarning.apply(process, arguments);
  };

  // What Node.js compiled is kept for the next start.
  require('node:module').enableCompileCache();
  require(main).run();
};
