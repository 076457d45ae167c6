#!/usr/bin/env node
'use strict';

require('./start.cjs').start('sf_bsread_buffer', 'stream/sf-bsread-buffer.js');
