import type { Crawl } from "./api.ts";
import { pointLabel } from "./time.ts";

/** One of the versions. */
export function VersionSelect({
  label,
  crawls,
  version,
  onVersion,
}: {
  label: string;
  crawls: readonly Crawl[];
  version: number;
  onVersion: (version: number) => void;
}) {
  return (
    <label>
      {label}{" "}
      <select value={version} onChange={(event) => onVersion(Number(event.currentTarget.value))}>
        {crawls.map((crawl) => (
          <option key={crawl.version} value={crawl.version}>
            {pointLabel(crawl)}
          </option>
        ))}
        <option value={0}>before the first crawl</option>
      </select>
    </label>
  );
}
