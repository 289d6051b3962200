// Many points on a canvas: by WebGL where it is there, otherwise one by one.

/** What is looked at: the middle of the canvas, and how many pixels a unit has. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** How a point is drawn. */
export const Kind = { plain: 0, fresh: 1, picked: 2 } as const;

/** Colours of the kinds, each of red, green and blue from 0 to 1. */
export type Colours = readonly (readonly [number, number, number])[];

const VERTEX = `#version 300 es
in vec2 place; in float kind;
uniform vec2 middle; uniform vec2 reach; uniform float size;
out float shown;
void main() {
  gl_Position = vec4((place - middle) * reach, 0.0, 1.0);
  gl_PointSize = kind > 0.5 ? size * 1.5 : size;
  shown = kind;
}`;
const FRAGMENT = `#version 300 es
precision mediump float;
in float shown; uniform vec3 colours[3]; out vec4 colour;
void main() {
  float far = length(gl_PointCoord - 0.5);
  if (far > 0.5) discard;
  float edge = smoothstep(0.5, 0.38, far);
  int at = int(shown + 0.5);
  colour = vec4(colours[at], (at == 0 ? 0.72 : 0.95) * edge);
}`;

/** Draws points. */
export interface PointCloud {
  /** Takes points: two numbers each, and their kinds. */
  readonly set: (places: Float32Array, kinds: Float32Array) => void;
  /** Draws them on a canvas of so many pixels. */
  readonly draw: (camera: Camera, colours: Colours, ratio: number) => void;
}

/** A drawer of points for a canvas. */
export function pointCloud(canvas: HTMLCanvasElement): PointCloud {
  const gl = canvas.getContext("webgl2", { antialias: false, premultipliedAlpha: false });
  const program = gl === null ? undefined : programOf(gl);
  return gl === null || program === undefined ? plainCloud(canvas) : fastCloud(canvas, gl, program);
}

/** How large a point is, in pixels: smaller where there are many. */
function sizeFor(count: number): number {
  return Math.max(3, Math.min(9, 11 - Math.log10(Math.max(1, count)) * 1.7));
}

function programOf(gl: WebGL2RenderingContext): WebGLProgram | undefined {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type);
    if (shader === null) return undefined;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) === true ? program : undefined;
}

function fastCloud(canvas: HTMLCanvasElement, gl: WebGL2RenderingContext, program: WebGLProgram): PointCloud {
  const [places, kinds] = [attribute(gl, program, "place", 2), attribute(gl, program, "kind", 1)];
  const at = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
  const [middle, reach, size, colours] = [at("middle"), at("reach"), at("size"), at("colours")];
  let count = 0;
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
  return {
    set: (given, ofKind) => {
      count = ofKind.length;
      places(given);
      kinds(ofKind);
    },
    draw: (camera, palette, ratio) => {
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.useProgram(program);
      gl.uniform2f(middle, camera.x, camera.y);
      const pixels = 2 * camera.scale * ratio;
      gl.uniform2f(reach, pixels / canvas.width, pixels / canvas.height);
      gl.uniform1f(size, sizeFor(count) * ratio);
      gl.uniform3fv(colours, palette.flat());
      gl.drawArrays(gl.POINTS, 0, count);
    },
  };
}

/** Fills an attribute of the points; returns how. */
function attribute(
  gl: WebGL2RenderingContext,
  program: WebGLProgram,
  name: string,
  parts: number,
): (values: Float32Array) => void {
  const [buffer, at] = [gl.createBuffer(), gl.getAttribLocation(program, name)];
  return (values) => {
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.DYNAMIC_DRAW);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, parts, gl.FLOAT, false, 0, 0);
  };
}

function plainCloud(canvas: HTMLCanvasElement): PointCloud {
  let [places, kinds] = [new Float32Array(), new Float32Array()];
  return {
    set: (given, ofKind) => {
      [places, kinds] = [given, ofKind] as [typeof places, typeof kinds];
    },
    draw: (camera, palette, ratio) => {
      const pen = canvas.getContext("2d");
      if (pen === null) return;
      pen.clearRect(0, 0, canvas.width, canvas.height);
      const size = sizeFor(kinds.length) * ratio;
      for (const [at, kind] of kinds.entries()) {
        const [red, green, blue] = palette[kind] ?? [0, 0, 0];
        pen.fillStyle = `rgb(${red * 255} ${green * 255} ${blue * 255} / 0.75)`;
        const x = ((places[2 * at] ?? 0) - camera.x) * camera.scale * ratio + canvas.width / 2;
        const y = canvas.height / 2 - ((places[2 * at + 1] ?? 0) - camera.y) * camera.scale * ratio;
        pen.fillRect(x - size / 2, y - size / 2, size, size);
      }
    },
  };
}
