import type { CameraState } from '../wire/messages.ts';
import type { Layout } from './layout.ts';
import type { TileRung } from './ladder.ts';

export interface MirrorEntry {
  ageMs: number;
  state: CameraState;
  rung: TileRung;
  label: string;
}

interface Said {
  age: string;
  state: string;
  rung: string;
  label: string;
}

/**
 * The mosaic for those who do not see its canvas: one list item a camera. Attributes change in place and only when
 * they differ; the list is contained, so that nothing of it costs layout.
 */
export class Mirror {
  private readonly list: HTMLElement;
  private readonly items = new Map<number, HTMLElement>();
  /** What each item says; asking the page for it costs more than the rest. */
  private readonly said = new Map<number, Said>();
  private selected = 0;

  constructor(list: HTMLElement) {
    this.list = list;
  }

  static idOf(n: number): string {
    return `mosaic-tile-${n}`;
  }

  setLayout(layout: Layout): void {
    this.items.clear();
    this.said.clear();
    const fragment = document.createDocumentFragment();
    for (const { camera } of layout.tiles) {
      const item = document.createElement('li');
      item.id = Mirror.idOf(camera.n);
      item.setAttribute('role', 'option');
      item.setAttribute('aria-selected', 'false');
      item.dataset.camera = camera.id;
      fragment.append(item);
      this.items.set(camera.n, item);
    }
    this.list.replaceChildren(fragment);
  }

  /** One is chosen: it is said with its age. */
  select(n: number): void {
    this.items.get(this.selected)?.setAttribute('aria-selected', 'false');
    this.items.get(n)?.setAttribute('aria-selected', 'true');
    this.selected = n;
  }

  update(n: number, entry: MirrorEntry): void {
    const item = this.items.get(n);
    if (!item) return;
    const age = entry.ageMs < 0 ? '' : String(Math.round(entry.ageMs));
    const { state, rung, label } = entry;
    const said = this.said.get(n);
    if (said?.age !== age) item.dataset.ageMs = age;
    if (said?.state !== state) item.dataset.state = state;
    if (said?.rung !== rung) item.dataset.rung = rung;
    if (said?.label !== label) item.textContent = label;
    this.said.set(n, { age, state, rung, label });
  }
}
