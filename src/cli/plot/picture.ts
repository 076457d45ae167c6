import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import type { Chart } from './chart.ts';
import { fontFamily, svgChart, svgPlotWidth } from './svg-chart.ts';

/** Pixels of the picture for each of the drawing: sharp on screens of high resolution and on paper. */
const zoom = 2;

/** Columns of pixels that the picture has for samples. */
export const pictureColumns = svgPlotWidth * zoom;

/** A chart as a PNG picture. The same chart gives the same bytes, on every machine. */
export async function pngOf(chart: Chart): Promise<Uint8Array> {
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
  const [wasm, ...fontBuffers] = await Promise.all([
    fileOf('@resvg/resvg-wasm/index_bg.wasm'),
    fileOf('@expo-google-fonts/ibm-plex-sans/400Regular/IBMPlexSans_400Regular.ttf'),
    fileOf('@expo-google-fonts/ibm-plex-sans/600SemiBold/IBMPlexSans_600SemiBold.ttf'),
  ]);
  initialised ??= initWasm(wasm);
  await initialised;
  const drawing = new Resvg(svgChart(chart), {
    fitTo: { mode: 'zoom', value: zoom },
    font: { fontBuffers, defaultFontFamily: fontFamily },
  });
  return drawing.render().asPng();
}

let initialised: Promise<void> | undefined;

async function fileOf(specifier: string): Promise<Buffer<ArrayBuffer>> {
  return readFile(fileURLToPath(import.meta.resolve(specifier)));
}

/** Draws a chart into a file. @throws ALI_FILE_NOT_WRITTEN */
export async function writePicture(file: string, chart: Chart): Promise<void> {
  await writeWhole(file, await pngOf(chart));
}

/** Writes a file, which is there whole or as it was. @throws ALI_FILE_NOT_WRITTEN */
export async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const partial = `${file}.${process.pid}.partial`;
  try {
    await writeFile(partial, bytes);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw new AlidadeError('ALI_FILE_NOT_WRITTEN', `cannot write ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
