import { expect, it } from "vitest";
import { Workplace } from "../support/varve-command";

it("the help says what the studio does, and wrong calls what is wrong", () => {
  using place = new Workplace();
  expect(place.run("help", "studio").stdout).toMatchSnapshot();
  expect(place.run("studio")).toMatchSnapshot();
  expect(place.run("studio", "./none")).toMatchSnapshot();
  expect(place.run("studio", ".", "--port", "many")).toMatchSnapshot();
});
