import type { Reading } from "./api.ts";
import { dayOf } from "./time.ts";

/** What was read into a question, as chips that can be taken away; a doubtful date is a chip that can be taken. */
export function Readings({
  readings,
  effectiveAt,
  onWithout,
  onTake,
}: {
  readings: readonly Reading[];
  /** Since when what was read holds. */
  effectiveAt: string | null;
  onWithout: (kind: Reading["kind"]) => void;
  onTake: (asOf: string | number) => void;
}) {
  if (readings.length === 0) return null;
  return (
    <ul class="readings" aria-label="How the question was understood">
      {readings.map((reading) => (
        <li key={`${reading.kind} ${reading.words}`}>
          {reading.kind === "time" && !reading.isApplied ? (
            <button type="button" class="chip offer" onClick={() => onTake(reading.asOf)}>
              Read as of “{reading.words}”?
            </button>
          ) : (
            <span class={`chip ${reading.kind}`}>
              <Meaning reading={reading} effectiveAt={effectiveAt} />
              <button
                type="button"
                aria-label={`Do not read “${reading.words}” so`}
                onClick={() => onWithout(reading.kind)}
              >
                ×
              </button>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Meaning({ reading, effectiveAt }: { reading: Reading; effectiveAt: string | null }) {
  switch (reading.kind) {
    case "time":
      return (
        <span title={reading.change && `The change of “${reading.change}”`}>
          “{reading.words}” → as of{" "}
          {typeof reading.asOf === "string" ? dayOf(reading.asOf) : dayOf(effectiveAt)}
        </span>
      );
    case "follow-up":
      return <span>goes on with “{reading.words}”</span>;
    case "spelling":
      return (
        <span>
          “{reading.words}” → {reading.as}
        </span>
      );
  }
}
