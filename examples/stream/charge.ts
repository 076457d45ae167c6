/** `charge.ts ADDRESS PULSES`: the mean charge of so many pulses of a buffer that publishes. */
import { Source } from 'alidade/bsread';

const [address = 'tcp://127.0.0.1:8082', pulses = '50'] = process.argv.slice(2);

// Of all the channels, one is decoded.
await using source = await Source.open({ addresses: address, pattern: 'sub', channels: ['SIM:CHARGE'] });
const charges: number[] = [];
for await (const message of source) {
  const charge = message.channel('SIM:CHARGE')?.value();
  if (typeof charge === 'number') charges.push(charge);
  if (charges.length === Number(pulses)) break;
}
const mean = charges.reduce((sum, charge) => sum + charge, 0) / charges.length;
console.log(`${charges.length} pulses, mean charge ${mean.toFixed(2)} pC`);
