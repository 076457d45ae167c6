import { readFileSync } from 'node:fs';
import h5wasm from 'h5wasm/node';
