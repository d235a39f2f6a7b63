let bySoftware: boolean | undefined;

/** Whether the browser draws WebGL on its processor: what moves smoothly on a graphics card takes seconds there. */
export function drawsBySoftware(): boolean {
  if (bySoftware !== undefined) return bySoftware;
  const gl = document.createElement('canvas').getContext('webgl2');
  const info = gl?.getExtension('WEBGL_debug_renderer_info');
  const name = gl && info ? String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) : '';
  gl?.getExtension('WEBGL_lose_context')?.loseContext();
  bySoftware = /swiftshader|llvmpipe|software|basic render/i.test(name);
  return bySoftware;
}
