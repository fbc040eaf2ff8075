import { applyPalette, GIFEncoder, quantize } from "gifenc";
import pngjs from "pngjs";

const { PNG } = pngjs;

const COLORS = 63;

export interface Frame {
  png: Buffer;
  milliseconds: number;
}

/** Returns a GIF of the frames. Each frame has only what differs from the one before it, so that the file is small. */
export function animationOf(frames: Frame[]): Uint8Array {
  const encoder = GIFEncoder();
  let before: Uint8Array | undefined;
  for (const { png, milliseconds } of frames) {
    const { width, height, data } = PNG.sync.read(png);
    const palette = quantize(data, COLORS);
    const index = applyPalette(data, palette);
    const transparentIndex = palette.length;
    if (before) for (let pixel = 0; pixel < index.length; pixel += 1) if (isEqual(data, before, pixel * 4)) index[pixel] = transparentIndex;
    encoder.writeFrame(index, width, height, {
      palette: [...palette, [0, 0, 0]],
      delay: milliseconds,
      transparent: before !== undefined,
      transparentIndex,
      dispose: 1,
    });
    before = data;
  }
  encoder.finish();
  return encoder.bytes();
}

function isEqual(one: Uint8Array, other: Uint8Array, at: number): boolean {
  return one[at] === other[at] && one[at + 1] === other[at + 1] && one[at + 2] === other[at + 2];
}
