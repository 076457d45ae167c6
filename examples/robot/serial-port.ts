/**
 * A serial port with a battery at its other end, simulated: ten times a second the battery says a line such as
 * `$BAT,12.481,21.50,4.161,4.158,4.162,0*5A`, and it takes the lines `HEAT 1` and `HEAT 0`.
 */
export class SimulatedSerialPort implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #lines = 0;
  #isHeating = false;
  #temperature = 18;

  /** @param onLine gets each line that the battery says */
  constructor(onLine: (line: string) => void) {
    this.#timer = setInterval(() => onLine(this.#line()), 100);
  }

  write(line: string): void {
    const heat = /^HEAT ([01])$/.exec(line)?.[1];
    if (heat !== undefined) this.#isHeating = heat === '1';
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #line(): string {
    this.#lines++;
    this.#temperature += this.#isHeating ? 0.1 : (18 - this.#temperature) / 100;
    const cells = [0, 1, 2].map((i) => 4.16 + 0.005 * Math.sin(this.#lines / 20 + i));
    const voltage = cells.reduce((sum, cell) => sum + cell, 0);
    const body = [
      'BAT',
      voltage.toFixed(3),
      this.#temperature.toFixed(2),
      ...cells.map((cell) => cell.toFixed(3)),
      this.#isHeating ? 1 : 0,
    ].join(',');
    // Lines are not perfect: now and then a character is lost.
    const isBad = this.#lines % 20 === 0;
    return `$${isBad ? body.slice(1) : body}*${checksum(body)}`;
  }
}

/** What a line says; undefined where its checksum is wrong. */
export function readLine(line: string) {
  const [, body = '', sum] = /^\$(.*)\*([\dA-F]{2})$/.exec(line) ?? [];
  if (checksum(body) !== sum) return undefined;
  const [, voltage, temperature, a, b, c, heating] = body.split(',');
  return {
    voltage: Number(voltage),
    temperature: Number(temperature),
    cells: [a, b, c].map(Number),
    heating: heating === '1',
  };
}

/** The exclusive or of all characters, as two digits. */
function checksum(body: string): string {
  const sum = Buffer.from(body).reduce((all, byte) => all ^ byte, 0);
  return sum.toString(16).toUpperCase().padStart(2, '0');
}
