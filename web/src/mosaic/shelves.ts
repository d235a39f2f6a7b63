// Places for words in a texture: rows of equal height, filled from the left. What was not used for the longest time makes
// room, a whole row at a time, so that nothing is left in pieces. Pure: knows keys and sizes, no pixels.

export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Shelf {
  y: number;
  height: number;
  filled: number;
  /** Of the last turn in which one of its words was asked for. */
  turn: number;
  keys: string[];
}

const STEP_PX = 8;

export class Shelves<T extends Place> {
  readonly width: number;
  readonly height: number;
  private readonly top: number;
  private bottom: number;
  private shelves: Shelf[] = [];
  private readonly places = new Map<string, { shelf: Shelf; item: T }>();
  private turn = 0;

  /** `top`: what is left free above the rows, px. */
  constructor(width: number, height: number, top = 0) {
    this.width = width;
    this.height = height;
    this.top = this.bottom = top;
  }

  /** What is asked for from here on stays until the next turn. */
  begin(): void {
    this.turn++;
  }

  get size(): number {
    return this.places.size;
  }

  find(key: string): T | undefined {
    const known = this.places.get(key);
    if (!known) return undefined;
    known.shelf.turn = this.turn;
    return known.item;
  }

  /** Gives `item` a place of its size. Returned: whether there was room beside what this turn asked for. */
  put(key: string, item: T): boolean {
    const { width } = item;
    if (width > this.width) return false;
    const height = Math.ceil(item.height / STEP_PX) * STEP_PX;
    const fitting = this.shelves.find((shelf) => shelf.height === height && this.width - shelf.filled >= width);
    const shelf = fitting ?? this.added(height) ?? this.emptied(height);
    if (!shelf) return false;
    item.x = shelf.filled;
    item.y = shelf.y;
    shelf.filled += width;
    shelf.turn = this.turn;
    shelf.keys.push(key);
    this.places.set(key, { shelf, item });
    return true;
  }

  clear(): void {
    this.shelves = [];
    this.places.clear();
    this.bottom = this.top;
  }

  private added(height: number): Shelf | undefined {
    if (this.bottom + height > this.height) return undefined;
    const shelf = { y: this.bottom, height, filled: 0, turn: this.turn, keys: [] };
    this.bottom += height;
    this.shelves.push(shelf);
    return shelf;
  }

  private emptied(height: number): Shelf | undefined {
    let oldest: Shelf | undefined;
    for (const shelf of this.shelves)
      if (shelf.height >= height && shelf.turn < (oldest?.turn ?? this.turn)) oldest = shelf;
    if (!oldest) return undefined;
    for (const key of oldest.keys) this.places.delete(key);
    oldest.keys = [];
    oldest.filled = 0;
    return oldest;
  }
}
