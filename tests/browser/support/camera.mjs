import { open } from "node:fs/promises";

const width = 640;
const height = 360;
const frames = 12;

const backdrops = { alice: [[58, 84, 104], [26, 38, 52]], bob: [[116, 92, 72], [54, 40, 32]], carol: [[88, 104, 78], [34, 46, 34]], dave: [[98, 82, 110], [40, 32, 50]] };
const clothes = { alice: [176, 96, 78], bob: [62, 96, 128], carol: [196, 160, 92], dave: [88, 132, 112] };
const skins = { alice: [226, 184, 152], bob: [150, 104, 76], carol: [206, 158, 124], dave: [112, 78, 58] };
const hairs = { alice: [74, 48, 34], bob: [30, 26, 26], carol: [44, 34, 44], dave: [24, 22, 22] };

const inside = (x, y, cx, cy, rx, ry) => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1;

/** A drawn person before a wall, nodding a little: something a person may look at in a picture of the page. */
function colour(who, x, y, phase) {
  const sway = Math.sin(phase) * 6;
  const nod = Math.sin(phase * 2) * 3;
  const cx = width / 2 + sway;
  const cy = 150 + nod;
  if (inside(x, y, cx, cy + 6, 52, 64)) {
    const eye = inside(x, y, cx - 20, cy + 2, 5, 5) || inside(x, y, cx + 20, cy + 2, 5, 5);
    const mouth = inside(x, y, cx, cy + 36, 17, 9) && y > cy + 36;
    if (eye || mouth) return [52, 34, 34];
    if (y < cy - 22 - ((x - cx) * (x - cx)) / 160) return hairs[who];
    return skins[who];
  }
  if (inside(x, y, cx, cy - 14, 64, 66) && y < cy + (who === "alice" || who === "carol" ? 70 : 4)) return hairs[who];
  if (Math.abs(x - cx) < 20 && y > cy + 40 && y < cy + 92) return skins[who].map((value) => value * 0.9);
  if (inside(x, y, width / 2 + sway * 0.5, 386, 152, 156)) return clothes[who];
  const [top, bottom] = backdrops[who];
  const window = x > 60 && x < 190 && y > 40 && y < 190 && Math.abs(x - 125) > 3;
  return top.map((value, at) => (value + ((bottom[at] - value) * y) / height) * (window ? 1.35 : 1));
}

/** Writes a short film that Chromium plays as this person's camera. */
export async function writeCamera(file, who) {
  const film = await open(file, "w");
  await film.write(`YUV4MPEG2 W${width} H${height} F15:1 Ip A1:1 C420mpeg2\n`);
  for (let frame = 0; frame < frames; frame += 1) {
    await film.write("FRAME\n");
    await film.write(draw(who, (frame / frames) * 2 * Math.PI));
  }
  await film.close();
}

function draw(who, phase) {
  const luma = width * height;
  const planes = Buffer.alloc((luma * 3) / 2);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [red, green, blue] = colour(who, x, y, phase);
      planes[y * width + x] = Math.min(235, 16 + 0.257 * red + 0.504 * green + 0.098 * blue);
      if (x % 2 || y % 2) continue;
      const at = luma + ((y / 2) * width) / 2 + x / 2;
      planes[at] = 128 - 0.148 * red - 0.291 * green + 0.439 * blue;
      planes[at + luma / 4] = 128 + 0.439 * red - 0.368 * green - 0.071 * blue;
    }
  }
  return planes;
}
