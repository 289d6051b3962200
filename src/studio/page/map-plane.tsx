import { useEffect, useRef, useState } from "preact/hooks";
import { type Camera, type Colours, Kind, type PointCloud, pointCloud } from "./point-cloud";

/** What the plane shows. */
export interface Points {
  readonly places: Float32Array;
  readonly kinds: Float32Array;
  readonly labels: readonly string[];
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface PlaneProps {
  readonly points: Points;
  readonly label: string;
  /** Whether dragging picks points, and does not move the plane. */
  readonly isPicking: boolean;
  /** Is told which points were picked. */
  readonly onPick: (indexes: readonly number[]) => void;
}

const NEAR = 12;

/** Points that can be moved, enlarged and picked. */
export function MapPlane({ points, label, isPicking, onPick }: PlaneProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [camera, setCamera] = useState<Camera>();
  const [box, setBox] = useState<Box>();
  const [hovered, setHovered] = useState<{ readonly at: number; readonly x: number; readonly y: number }>();
  const frame = useFrame(points.places);
  const size = useCloud(canvas, points, camera, frame);
  const seen = camera ?? fitted(frame, size.width, size.height);
  const pick = ({ left, top, width, height }: Box): void => {
    const [x0, y1] = toPlane(seen, size, left, top);
    const [x1, y0] = toPlane(seen, size, left + width, top + height);
    onPick(within(points.places, x0, y0, x1, y1));
  };
  const onHover = ({ offsetX, offsetY }: PointerEvent): void => {
    const [x, y] = toPlane(seen, size, offsetX, offsetY);
    const at = nearestPoint(points.places, x, y, NEAR / seen.scale);
    setHovered(at === undefined ? undefined : { at, x: offsetX, y: offsetY });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" && event.key !== "0" && keyed(seen, size, event.key) === undefined) return;
    event.preventDefault();
    if (event.key === "Enter") pick({ left: 0, top: 0, ...size });
    else setCamera(keyed(seen, size, event.key));
  };
  return (
    <div class="plane">
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: its keys move, enlarge and pick */}
      <canvas
        ref={canvas}
        role="application"
        aria-label={`${label} Arrow keys move it, plus and minus enlarge it, Enter picks what is shown.`}
        tabIndex={0}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          if (isPicking || event.shiftKey) dragBox(event, setBox, pick);
          else dragCamera(event, seen, setCamera);
        }}
        onPointerMove={onHover}
        onPointerLeave={() => setHovered(undefined)}
        onKeyDown={onKeyDown}
        onWheel={(event) => {
          event.preventDefault();
          setCamera(zoomed(seen, size, Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY));
        }}
      />
      {box === undefined ? null : <div class="box" style={styleOf(box)} />}
      {hovered === undefined ? null : (
        <div class="label" style={{ left: `${hovered.x + 12}px`, top: `${hovered.y + 12}px` }}>
          {points.labels[hovered.at] ?? ""}
        </div>
      )}
    </div>
  );
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function styleOf({ left, top, width, height }: Box) {
  return { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` };
}

/** Where a pixel of the canvas is on the plane. */
function toPlane(seen: Camera, { width, height }: Size, x: number, y: number): [number, number] {
  return [seen.x + (x - width / 2) / seen.scale, seen.y - (y - height / 2) / seen.scale];
}

/** A camera that is nearer, or farther, with one pixel where it was. */
function zoomed(seen: Camera, size: Size, by: number, x = size.width / 2, y = size.height / 2): Camera {
  const [px, py] = toPlane(seen, size, x, y);
  const scale = Math.min(1e6, Math.max(20, seen.scale * by));
  return { scale, x: px - (x - size.width / 2) / scale, y: py + (y - size.height / 2) / scale };
}

/** The camera after a key; undefined where the key moves nothing. */
function keyed(seen: Camera, size: Size, key: string): Camera | undefined {
  const step = 60 / seen.scale;
  switch (key) {
    case "ArrowLeft":
      return { ...seen, x: seen.x - step };
    case "ArrowRight":
      return { ...seen, x: seen.x + step };
    case "ArrowUp":
      return { ...seen, y: seen.y + step };
    case "ArrowDown":
      return { ...seen, y: seen.y - step };
    case "+":
      return zoomed(seen, size, 1.4);
    case "-":
      return zoomed(seen, size, 1 / 1.4);
    default:
      return undefined;
  }
}

/** Follows a pointer until it is let go. */
function followed(event: PointerEvent, move: (x: number, y: number) => void, end: () => void): void {
  const target = event.currentTarget as HTMLCanvasElement;
  target.setPointerCapture(event.pointerId);
  const onMove = ({ offsetX, offsetY }: PointerEvent): void => move(offsetX, offsetY);
  const onEnd = (): void => {
    target.removeEventListener("pointermove", onMove);
    target.removeEventListener("pointerup", onEnd);
    target.removeEventListener("pointercancel", onEnd);
    end();
  };
  target.addEventListener("pointermove", onMove);
  target.addEventListener("pointerup", onEnd);
  target.addEventListener("pointercancel", onEnd);
}

function dragBox(event: PointerEvent, show: (box: Box | undefined) => void, pick: (box: Box) => void): void {
  const [left, top] = [event.offsetX, event.offsetY];
  let box: Box | undefined;
  const move = (x: number, y: number): void => {
    box = {
      left: Math.min(left, x),
      top: Math.min(top, y),
      width: Math.abs(x - left),
      height: Math.abs(y - top),
    };
    show(box);
  };
  followed(event, move, () => {
    show(undefined);
    if (box !== undefined) pick(box);
  });
}

function dragCamera(event: PointerEvent, seen: Camera, set: (camera: Camera) => void): void {
  const [left, top] = [event.offsetX, event.offsetY];
  const move = (x: number, y: number): void =>
    set({ ...seen, x: seen.x - (x - left) / seen.scale, y: seen.y + (y - top) / seen.scale });
  followed(event, move, () => undefined);
}

/** Where points lie. */
interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where the first points that are shown lie: others of the table stand on that plane, so that nothing jumps when the past is played. */
function useFrame(places: Float32Array): Frame {
  const known = useRef<Frame | undefined>(undefined);
  if (known.current !== undefined) return known.current;
  const [xs, ys] = [places.filter((_, at) => at % 2 === 0), places.filter((_, at) => at % 2 === 1)];
  const span = (values: Float32Array): [number, number] =>
    values.reduce<[number, number]>(
      ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    );
  if (xs.length === 0) return { x: 0, y: 0, width: 2, height: 2 };
  const [[left, right], [bottom, top]] = [span(xs), span(ys)];
  known.current = { x: (left + right) / 2, y: (bottom + top) / 2, width: right - left, height: top - bottom };
  return known.current;
}

/** A camera that sees a frame, with some room around it. */
function fitted(frame: Frame, width: number, height: number): Camera {
  const scale = 0.86 * Math.min(width / Math.max(0.05, frame.width), height / Math.max(0.05, frame.height));
  return { x: frame.x, y: frame.y, scale };
}

/** Draws the points whenever something of them has changed, once a frame. */
function useCloud(
  canvas: { readonly current: HTMLCanvasElement | null },
  points: Points,
  camera: Camera | undefined,
  frame: Frame,
): { readonly width: number; readonly height: number } {
  const [size, setSize] = useState({ width: 800, height: 500 });
  const [isDark, setDark] = useState(false);
  const cloud = useRef<PointCloud | undefined>(undefined);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    cloud.current = pointCloud(element);
    const observer = new ResizeObserver(([entry]) => {
      const { width = 800, height = 500 } = entry?.contentRect ?? {};
      setSize({ width, height });
    });
    observer.observe(element);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const change = (): void => setDark(scheme.matches);
    change();
    scheme.addEventListener("change", change);
    return () => {
      observer.disconnect();
      scheme.removeEventListener("change", change);
    };
  }, [canvas]);
  useEffect(() => cloud.current?.set(points.places, points.kinds), [points]);
  useEffect(() => {
    const request = requestAnimationFrame(() => {
      const element = canvas.current;
      if (element === null) return;
      const ratio = devicePixelRatio;
      element.width = Math.max(1, Math.round(size.width * ratio));
      element.height = Math.max(1, Math.round(size.height * ratio));
      const seen = camera ?? fitted(frame, size.width, size.height);
      cloud.current?.draw(seen, coloursOf(element), ratio);
    });
    return () => cancelAnimationFrame(request);
  }, [canvas, points, camera, frame, size, isDark]);
  return size;
}

/** The colours of the page, as numbers. */
function coloursOf(element: HTMLElement): Colours {
  const style = getComputedStyle(element);
  return ["--accent", "--changed", "--removed"].map((name) => {
    const [, red = "0", green = "0", blue = "0"] =
      /^#(..)(..)(..)$/.exec(style.getPropertyValue(name).trim()) ?? [];
    return [
      Number.parseInt(red, 16) / 255,
      Number.parseInt(green, 16) / 255,
      Number.parseInt(blue, 16) / 255,
    ];
  });
}

/** The points inside a rectangle. */
function within(places: Float32Array, x0: number, y0: number, x1: number, y1: number): number[] {
  const found: number[] = [];
  for (let at = 0; 2 * at < places.length; at++) {
    const [x = 0, y = 0] = [places[2 * at], places[2 * at + 1]];
    if (x >= x0 && x <= x1 && y >= y0 && y <= y1) found.push(at);
  }
  return found;
}

/** The point that is nearest, if one is near. */
function nearestPoint(places: Float32Array, x: number, y: number, near: number): number | undefined {
  let [best, far]: [number | undefined, number] = [undefined, near * near];
  for (let at = 0; 2 * at < places.length; at++) {
    const [dx, dy] = [(places[2 * at] ?? 0) - x, (places[2 * at + 1] ?? 0) - y];
    const apart = dx * dx + dy * dy;
    if (apart < far) [best, far] = [at, apart];
  }
  return best;
}

/** Points with their kinds: picked ones, and those that were not there in what was shown before. */
export function pointsOf(
  places: readonly number[],
  labels: readonly string[],
  picked: ReadonlySet<number>,
  fresh: ReadonlySet<number>,
): Points {
  const kinds = Float32Array.from(labels, (_, at) => {
    if (picked.has(at)) return Kind.picked;
    return fresh.has(at) ? Kind.fresh : Kind.plain;
  });
  return { places: Float32Array.from(places), kinds, labels };
}
