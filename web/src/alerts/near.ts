// The working camera that shows a place best, for the mosaic; the panel of a situation asks the server (docs/alerts.md).
import { distanceM } from '../map/ground.ts';
import { isLiving } from '../ui/grey.ts';
import type { Camera } from '../wire/messages.ts';

const REACH_M = 300;

/** A camera that looks at the place counts as half as far away. */
export function nearestWorking(cameras: Iterable<Camera>, lon: number, lat: number): Camera | undefined {
  let best: Camera | undefined;
  let bestM = REACH_M;
  for (const camera of cameras) {
    if (camera.lon === null || camera.lat === null || !isLiving(camera)) continue;
    const far = distanceM([lon, lat], [camera.lon, camera.lat]);
    const counted = faces(camera, lon, lat) ? far / 2 : far;
    if (far > REACH_M || counted >= bestM) continue;
    best = camera;
    bestM = counted;
  }
  return best;
}

/** Whether a place lies in the field of view. */
export function faces({ lon, lat, azimuth, fov }: Camera, toLon: number, toLat: number): boolean {
  if (lon === null || lat === null || azimuth === null || fov === null) return false;
  const east = (toLon - lon) * Math.cos((lat * Math.PI) / 180);
  const bearing = (Math.atan2(east, toLat - lat) * 180) / Math.PI;
  const off = Math.abs(((bearing - azimuth + 540) % 360) - 180);
  return off <= fov / 2;
}
