// The page of `varve studio`.

import { render } from "preact";
import { isOpen, takeToken } from "./api";
import { App } from "./app";
import { followAddress } from "./route";

const root = document.getElementById("page");
if (root !== null) {
  await takeToken().catch(() => undefined);
  followAddress();
  isOpen.value = true;
  render(<App />, root);
}
