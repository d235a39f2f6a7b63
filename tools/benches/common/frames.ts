// Frame times of a page, counted inside it; and a page that draws as many tiles which never change.
import type { Visit } from '../../../tests/lib/browser.ts';

export type Page = Visit['page'];

/** Counts the frames in which anything was drawn; runs in a page before anything of its own. */
export function countFrames(): void {
  let drew = false;
  const state = { frames: 0, steps: 0 };
  Object.assign(window, { drawnFrames: state });
  const watch = (prototype: object, names: string[]): void => {
    const methods = prototype as Record<string, (...args: unknown[]) => unknown>;
    for (const name of names) {
      const method = methods[name]!;
      methods[name] = function (this: unknown, ...args: unknown[]): unknown {
        drew = true;
        return method.apply(this, args);
      };
    }
  };
  watch(WebGL2RenderingContext.prototype, ['drawArrays', 'drawElements', 'drawArraysInstanced', 'drawElementsInstanced']);
  const step = (): void => {
    state.steps++;
    if (drew) state.frames++;
    drew = false;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

/** Zooms in and out again and again with the wheel over `selector`, a step with each frame. Returned: milliseconds a drawn frame. */
export async function frameMs(page: Page, selector: string, seconds: number): Promise<number> {
  return page.evaluate(async ({ at, limitMs }) => {
    const target = document.querySelector<HTMLElement>(at)!;
    const box = target.getBoundingClientRect();
    const counted = (window as unknown as { drawnFrames: { frames: number } }).drawnFrames;
    const next = (): Promise<number> => new Promise(requestAnimationFrame);
    const turn = 30; // frames of one direction
    const move = (i: number): boolean => target.dispatchEvent(new WheelEvent('wheel', {
      deltaY: Math.floor(i / turn) % 2 ? 8 : -8, clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, bubbles: true, cancelable: true,
    }));
    for (let i = 0; i < 2 * turn; i++) {
      move(i);
      await next();
    }
    const begun = performance.now(), before = counted.frames;
    for (let i = 0; performance.now() - begun < limitMs; i++) {
      move(i);
      await next();
    }
    return (performance.now() - begun) / Math.max(1, counted.frames - before);
  }, { at: selector, limitMs: seconds * 1000 });
}

/** In an empty page: a canvas of the window's size with `tiles` tiles of one texture, zoomed by the wheel. */
export function drawStaticTiles(tiles: number): void {
  document.body.style.margin = '0';
  const canvas = document.body.appendChild(document.createElement('canvas'));
  canvas.id = 'tiles';
  canvas.width = innerWidth;
  canvas.height = innerHeight;
  const gl = canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false })!;
  const program = gl.createProgram();
  const shaders: [number, string][] = [
    [gl.VERTEX_SHADER, `#version 300 es
      layout(location=0) in vec2 corner; layout(location=1) in vec4 place; uniform float scale; out vec2 at; flat out float layer;
      void main() { at = corner; layer = place.z; gl_Position = vec4(((place.xy + corner * place.w) * 2.0 - 1.0) * scale, 0.0, 1.0); }`],
    [gl.FRAGMENT_SHADER, `#version 300 es
      precision highp float; precision highp sampler2DArray; uniform sampler2DArray pictures; in vec2 at; flat in float layer; out vec4 color;
      void main() { color = vec4(texture(pictures, vec3(at * 0.04, layer)).rgb, 1.0); }`],
  ];
  for (const [type, source] of shaders) {
    const shader = gl.createShader(type)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  gl.useProgram(program);
  gl.bindTexture(gl.TEXTURE_2D_ARRAY, gl.createTexture());
  gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, gl.RGBA8, 2048, 2048, 2);
  gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
  const columns = Math.ceil(Math.sqrt(tiles));
  const places = Float32Array.from({ length: tiles * 4 }, (_, i) => {
    const tile = i >> 2;
    return [(tile % columns) / columns, Math.floor(tile / columns) / columns, tile % 2, 0.9 / columns][i & 3]!;
  });
  for (const [location, data, size, divisor] of [[0, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), 2, 0], [1, places, 4, 1]] as const) {
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, size, gl.FLOAT, false, 0, 0);
    gl.vertexAttribDivisor(location, divisor);
  }
  const scaleAt = gl.getUniformLocation(program, 'scale');
  let scale = 1, asked = 0;
  let fence: WebGLSync | null = null;
  const draw = (): void => {
    asked = 0;
    // one drawing at a time, as the mosaic does it
    if (fence && gl.clientWaitSync(fence, 0, 0) === gl.TIMEOUT_EXPIRED) {
      asked = requestAnimationFrame(draw);
      return;
    }
    if (fence) gl.deleteSync(fence);
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform1f(scaleAt, scale);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, tiles);
    fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
  };
  canvas.addEventListener('wheel', (event) => {
    scale *= Math.exp(-event.deltaY * 0.0022);
    asked ||= requestAnimationFrame(draw);
  });
  draw();
}
