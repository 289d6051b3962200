import { useState } from "preact/hooks";

/** What is shown to whoever has come without the token. */
export function Closed() {
  const [address, setAddress] = useState("");
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    const token = /(?:#token=)?([\w-]+)\s*$/.exec(address)?.[1] ?? "";
    location.hash = `#token=${token}`;
    location.reload();
  };
  return (
    <main class="closed">
      <img src="/mark.svg" alt="" width="40" height="40" />
      <h1>This studio is closed to this tab</h1>
      <p>
        Open the address that <code>varve studio</code> has printed, or paste it here. If the studio was
        started anew, it has a new address.
      </p>
      <form onSubmit={onSubmit}>
        <input
          type="text"
          aria-label="Address with its token"
          value={address}
          onInput={(event) => setAddress(event.currentTarget.value)}
        />
        <button type="submit">Open</button>
      </form>
    </main>
  );
}
