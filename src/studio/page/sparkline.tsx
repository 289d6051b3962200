const [WIDTH, HEIGHT] = [96, 20];

/** A vector as a line: its shape at a glance, and not its numbers. */
export function Sparkline({
  numbers,
  length,
}: {
  readonly numbers: readonly number[];
  readonly length: number;
}) {
  const most = Math.max(1e-12, ...numbers.map(Math.abs));
  const step = WIDTH / Math.max(1, numbers.length - 1);
  const points = numbers
    .map(
      (value, at) =>
        `${(at * step).toFixed(1)},${(HEIGHT / 2 - (value / most) * (HEIGHT / 2 - 1)).toFixed(1)}`,
    )
    .join(" ");
  return (
    <span class="vector">
      <svg
        width={WIDTH}
        height={HEIGHT}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`Vector of ${length} numbers`}
      >
        <line x1={0} x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} />
        <polyline points={points} />
      </svg>
      <span class="dim">{length}</span>
    </span>
  );
}
