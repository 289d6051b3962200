import { adjust, route } from "./route";

/** The line for the filter of all panes; `says` is the id of what is wrong with it. */
export function WhereField({
  example,
  says,
}: {
  readonly example?: string;
  readonly says?: string | undefined;
}) {
  return (
    <label class="filter">
      <span>where</span>
      <input
        type="text"
        class="code"
        spellcheck={false}
        autocomplete="off"
        placeholder={example}
        value={route.value.where}
        aria-invalid={says !== undefined}
        aria-describedby={says}
        onInput={(event) => adjust({ where: event.currentTarget.value })}
      />
    </label>
  );
}
