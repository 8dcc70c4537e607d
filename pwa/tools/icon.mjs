// The mark: a field of points, and one point alone outside it. One description for the SVG and for every PNG.
import { png } from "./png.mjs";

const ground = [0x17, 0x2a, 0x3a];
const field = [0xc9, 0xd6, 0xdf];
const alone = [0xff, 0x8a, 0x3d];
const hex = (colour) => `#${colour.map((c) => c.toString(16).padStart(2, "0")).join("")}`;

// On a square of side 64: a 4 x 4 field without its upper right corner, in whose place the lone point stands off.
const points = [];
for (let row = 0; row < 4; ++row) {
  for (let column = 0; column < 4; ++column) {
    if (column - row < 2) points.push({ x: 15 + column * 9, y: 22 + row * 9, r: 2.6, colour: field });
  }
}
points.push({ x: 49, y: 15, r: 4.6, colour: alone });

export function svg() {
  const discs = points.map(({ x, y, r, colour }) => `<circle cx="${x}" cy="${y}" r="${r}" fill="${hex(colour)}"/>`).join("\n  ");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
  <rect width="64" height="64" rx="14" fill="${hex(ground)}"/>
  ${discs}
</svg>
`;
}

/** A maskable icon fills the square and keeps the mark within the inner 80 %. */
export function iconPng(size, maskable) {
  const zoom = maskable ? 0.8 : 1;
  const pixels = (zoom * size) / 64; // of one unit of the drawing
  const covered = (inside, scale) => Math.min(1, Math.max(0, inside * scale + 0.5)); // a soft edge, one pixel wide
  return png(size, (u, v) => {
    const x = ((u - 0.5) / zoom) * 64 + 32;
    const y = ((v - 0.5) / zoom) * 64 + 32;
    let colour = ground;
    for (const point of points) {
      const share = covered(point.r - Math.hypot(x - point.x, y - point.y), pixels);
      if (share > 0) colour = ground.map((g, c) => g + (point.colour[c] - g) * share);
    }
    if (maskable) return [...colour, 1];
    const corner = 14;
    const dx = Math.max(corner - u * 64, u * 64 - (64 - corner), 0);
    const dy = Math.max(corner - v * 64, v * 64 - (64 - corner), 0);
    return [...colour, covered(corner - Math.hypot(dx, dy), size / 64)];
  });
}
