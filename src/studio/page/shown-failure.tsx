import type { Failed } from "./api";

/** What went wrong, and what to do. */
export function Failure({ failure, id }: { readonly failure: Failed; readonly id?: string }) {
  return (
    <p class="failure" role="alert" id={id}>
      {failure.message}
      {failure.hint === undefined ? null : <span class="hint"> {failure.hint}</span>}
    </p>
  );
}
