#!/usr/bin/env node
'use strict';

require('./start.cjs').start('sf_bsread_writer', 'stream/sf-bsread-writer.js');
