// MapLibre styles of the base map alone. Colours are the --map-* tokens of the interface (tokens.css).

type Theme = 'dark' | 'light';

interface Palette {
    out: string; land: string; cell: string; village: string; river: string; riverEdge: string;
    road: string; road2: string; road1: string; house: string; label: string; halo: string;
    /** Mixed from the tokens: land towards house, for what grows. */
    wood: string; field: string; orchard: string; ground: string; label2: string;
}

const PALETTES: Record<Theme, Palette> = {
    dark: {
        out: '#0f1112', land: '#1c1f21', cell: '#3a4044', village: '#666e74', river: '#27323b', riverEdge: '#384650',
        road: '#33383b', road2: '#42484c', road1: '#545b60', house: '#2c3134', label: '#c3c8cc', halo: '#131516',
        wood: '#191d1e', field: '#1f2325', orchard: '#1c2122', ground: '#222628', label2: '#949ba1',
    },
    light: {
        out: '#d3d7da', land: '#eceeef', cell: '#b9bfc4', village: '#858d93', river: '#c9d5de', riverEdge: '#a9bac7',
        road: '#dadddf', road2: '#ffffff', road1: '#ffffff', house: '#d2d6d9', label: '#2d3438', halo: '#f1f3f4',
        wood: '#e2e6e4', field: '#f0f2f2', orchard: '#e8ebe9', ground: '#e4e7e9', label2: '#565e64',
    },
};

const REGULAR = ['Noto Sans CJK SC'];
/** MapLibre reads the weight from the first name and hands the whole list to the browser as a font family. */
const BOLD = ['Noto Sans CJK SC Bold', 'Noto Sans CJK SC'];

const width = (...stops: number[]) => ['interpolate', ['exponential', 1.6], ['zoom'], ...stops];
const is = (field: string, value: string | number) => ['==', ['get', field], value];

function fill(id: string, layer: string, color: string, filter?: unknown, more: object = {}): object {
    return { id, type: 'fill', source: 'base', 'source-layer': layer, ...(filter ? { filter } : {}), paint: { 'fill-color': color }, ...more };
}

function line(id: string, layer: string, color: string, lineWidth: unknown, filter: unknown, more: { paint?: object; minzoom?: number } = {}): object {
    const { paint, ...rest } = more;
    return {
        id, type: 'line', source: 'base', 'source-layer': layer, filter, layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': color, 'line-width': lineWidth, ...paint }, ...rest,
    };
}

function text(p: Palette, id: string, layer: string, filter: unknown, field: unknown, size: unknown, layout: object, color: string, minzoom = 0): object {
    return {
        id, type: 'symbol', source: 'base', 'source-layer': layer, filter, minzoom,
        layout: { 'text-field': field, 'text-font': REGULAR, 'text-size': size, 'text-max-width': 12, ...layout },
        paint: { 'text-color': color, 'text-halo-color': p.halo, 'text-halo-width': 1.6 },
    };
}

function ground(p: Palette): object[] {
    return [
        { id: 'out', type: 'background', paint: { 'background-color': p.out } },
        fill('land', 'land', p.land, is('kind', 'town')),
        fill('wood', 'landuse', p.wood, is('kind', 'wood')),
        fill('field', 'landuse', p.field, is('kind', 'field')),
        fill('orchard', 'landuse', p.orchard, is('kind', 'orchard')),
        fill('yard', 'landuse', p.ground, is('kind', 'ground'), { minzoom: 14 }),
        fill('outside', 'land', p.out, is('kind', 'outside')),
        fill('water', 'water', p.river),
        line('water-edge', 'water', p.riverEdge, width(11, 0.4, 16, 1.4), ['all'], { minzoom: 12 }),
        fill('building', 'building', p.house, undefined, {
            minzoom: 12, paint: { 'fill-color': p.house },
        }),
    ];
}

function roads(p: Palette, theme: Theme): object[] {
    const widths: Record<number, unknown> = {
        1: width(10, 1.2, 13, 2.6, 16, 14, 19, 90),
        2: width(11, 0.6, 13, 1.4, 16, 8, 19, 52),
        3: width(13, 0.4, 14, 0.8, 16, 4, 19, 30),
    };
    const casings: Record<number, unknown> = {
        1: width(10, 1.8, 13, 3.8, 16, 16, 19, 93),
        2: width(11, 1.1, 13, 2.4, 16, 9.6, 19, 55),
    };
    const color: Record<number, string> = { 1: p.road1, 2: p.road2, 3: p.road };
    const casing = theme === 'light' ? [2, 1].map(c => line(`road-${c}-edge`, 'road', p.cell, casings[c], is('class', c))) : [];
    return [...casing, ...[3, 2, 1].map(c => line(`road-${c}`, 'road', color[c], widths[c], is('class', c), c === 3 ? { minzoom: 13 } : {}))];
}

function borderLines(p: Palette): object[] {
    return [
        line('cell-border', 'area', p.cell, width(10, 0.6, 14, 1, 17, 1.6), is('level', 'cell')),
        line('village-border', 'area', p.village, width(10, 0.7, 14, 1.3, 17, 2), is('level', 'village'), { paint: { 'line-opacity': 0.75 } }),
        line('town-border', 'area', p.village, width(10, 1.4, 14, 2, 17, 2.6), is('level', 'town')),
    ];
}

function labels(p: Palette): object[] {
    const along = { 'symbol-placement': 'line', 'symbol-spacing': 420 };
    return [
        text(p, 'river-name', 'river', is('kind', 'river'), ['get', 'name'], 14, { ...along, 'text-letter-spacing': 0.2 }, p.label2, 11),
        text(p, 'brook-name', 'river', is('kind', 'brook'), ['get', 'name'], 12, along, p.label2, 14),
        text(p, 'road-name', 'road', ['!=', ['get', 'name'], ''], ['get', 'name'], 12, along, p.label2, 14.5),
        text(p, 'road-ref', 'road', is('class', 1), ['get', 'ref'], 12, { ...along, 'text-font': BOLD }, p.label2, 10),
        text(p, 'poi-name', 'label', is('kind', 'poi'), ['get', 'name'], 12, { 'text-padding': 6 }, p.label2, 14.5),
        text(p, 'cell-number', 'label', is('kind', 'cell'), ['get', 'number'], 14, {}, p.label2, 12),
        text(p, 'village-name', 'label', is('kind', 'village'), ['get', 'name'], ['interpolate', ['linear'], ['zoom'], 10, 13, 12, 16, 14, 18],
            { 'text-font': BOLD }, p.label, 10),
    ];
}

/** The style as JSON text; `bounds` is west, south, east, north. */
export function makeStyle(theme: Theme, bounds: [number, number, number, number]): string {
    const p = PALETTES[theme];
    const style = {
        version: 8,
        name: `townwall ${theme}`,
        metadata: { 'townwall:theme': theme },
        center: [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2],
        zoom: 12,
        sources: {
            base: {
                type: 'vector', tiles: ['/api/v1/tiles/base/{z}/{x}/{y}'], minzoom: 10, maxzoom: 16, scheme: 'xyz',
                attribution: '演示数据 · 虚构地名',
            },
        },
        layers: [...ground(p), ...roads(p, theme), ...borderLines(p), ...labels(p)],
    };
    return JSON.stringify(style, null, 1) + '\n';
}
