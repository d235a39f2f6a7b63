import type { Board } from './board.ts';
import type { Layout, Tile } from './layout.ts';

export interface SteeringPorts {
  layout(): Layout | null;
  focus(tile: Tile): void;
  open(tile: Tile): void;
}

const ZOOM_STEP = 1.5;
const CLICK_PX = 5;
const PLAY_PX = 640;

/** The tile next to one in a direction: the nearest whose middle lies that way, straight ones first. */
export function neighbour(layout: Layout, from: Tile, dx: number, dy: number): Tile | null {
  let best: Tile | null = null;
  let bestCost = Infinity;
  for (const tile of layout.tiles) {
    const along = (tile.x - from.x) * dx + (tile.y - from.y) * dy;
    const aside = Math.abs((tile.x - from.x) * dy + (tile.y - from.y) * dx);
    if (along <= 0) continue;
    const cost = along + aside * 3;
    if (cost < bestCost) {
      bestCost = cost;
      best = tile;
    }
  }
  return best;
}

/** The first tile of the next or previous grid cell. */
export function nextCell(layout: Layout, from: Tile, step: 1 | -1): Tile | null {
  const count = layout.blocks.length;
  const block = layout.blocks[(from.block + step + count) % count];
  return block ? (layout.tiles[block.first] ?? null) : null;
}

/** The cell nearest above or below. */
export function cellAcross(layout: Layout, from: Tile, step: 1 | -1): Tile | null {
  const here = layout.blocks[from.block]!;
  let best: Tile | null = null;
  let bestCost = Infinity;
  for (const block of layout.blocks) {
    const along = (block.y - here.y) * step;
    if (along <= 0) continue;
    const cost = along * 4 + Math.abs(block.x - here.x);
    if (cost < bestCost) {
      bestCost = cost;
      best = layout.tiles[block.first] ?? null;
    }
  }
  return best;
}

/** Pointer, wheel and keys of the mosaic, until the signal. */
export function steer(
  host: HTMLElement,
  board: Board,
  signal: AbortSignal,
  ports: SteeringPorts,
): void {
  const at = (event: MouseEvent): [number, number] => {
    const box = host.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const pointers = new Map<number, [number, number]>();
  let moved = 0;

  host.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      if (event.shiftKey) return board.pan(-event.deltaY, 0);
      board.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.06 : 0.0022)), ...at(event));
    },
    { passive: false, signal },
  );
  host.addEventListener('pointerdown', (event) => {
    pointers.set(event.pointerId, at(event));
    moved = 0;
  }, { signal });
  host.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = at(event);
    const others = [...pointers].filter(([id]) => id !== event.pointerId);
    const other = others[0]?.[1];
    const spread = (a: [number, number]): number => Math.hypot(a[0] - other![0], a[1] - other![1]);
    moved += Math.abs(now[0] - before[0]) + Math.abs(now[1] - before[1]);
    pointers.set(event.pointerId, now);
    if (other) return board.zoom(spread(now) / Math.max(1, spread(before)), ...now);
    if (moved < CLICK_PX) return;
    if (!host.hasPointerCapture(event.pointerId)) host.setPointerCapture(event.pointerId);
    board.pan(now[0] - before[0], now[1] - before[1]);
  }, { signal });
  for (const name of ['pointerup', 'pointercancel'] as const)
    host.addEventListener(name, (event) => {
      if (!pointers.delete(event.pointerId) || name === 'pointercancel' || moved >= CLICK_PX) return;
      const tile = board.tileAt(...at(event));
      const again = tile !== null && tile === board.focus;
      // a finger has no double click that everybody finds: the second tap plays
      if (tile && again && (event as PointerEvent).pointerType === 'touch') play(board, ports, tile);
      else if (tile) ports.focus(tile);
    }, { signal });
  host.addEventListener('dblclick', (event) => {
    const tile = board.tileAt(...at(event));
    if (tile) play(board, ports, tile);
  }, { signal });
  host.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (!onKey(event.key, event.shiftKey, board, ports)) return;
    event.preventDefault();
    event.stopPropagation();
  }, { signal });
}

/** Zooms to a tile and plays it; a second time opens the player. */
function play(board: Board, ports: SteeringPorts, tile: Tile): void {
  ports.focus(tile);
  if (board.played === tile.camera.n) return ports.open(tile);
  board.setPlayed(tile.camera.n);
  board.flyTo(tile, Math.max(PLAY_PX, board.tilePx));
}

const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function byArrow(layout: Layout, from: Tile, key: string, shift: boolean): Tile | null {
  const [dx, dy] = ARROWS[key]!;
  if (!shift) return neighbour(layout, from, dx, dy);
  if (dx !== 0) return nextCell(layout, from, dx > 0 ? 1 : -1);
  return cellAcross(layout, from, dy > 0 ? 1 : -1);
}

function onKey(key: string, shift: boolean, board: Board, ports: SteeringPorts): boolean {
  const layout = ports.layout();
  if (!layout || layout.tiles.length === 0) return false;
  const from = board.focus ?? board.centre() ?? layout.tiles[0]!;
  if (key in ARROWS) {
    const to = board.focus ? byArrow(layout, from, key, shift) : from;
    if (!to) return true;
    ports.focus(to);
    board.flyTo(to, 0);
    return true;
  }
  if (key === '+' || key === '=') {
    board.flyTo(from, board.tilePx * ZOOM_STEP);
    return true;
  }
  if (key === '-' || key === '_') {
    board.zoom(1 / ZOOM_STEP);
    return true;
  }
  if (key === 'Enter') {
    play(board, ports, from);
    return true;
  }
  if (key === 'Escape' && (board.played !== null || board.view.scale > 1.001)) {
    board.setPlayed(null);
    board.flyHome();
    return true;
  }
  return false;
}
