// The native module's declarations are generated; `src/native-types` says what the SDK relies on. Where the two part, this does not compile.

import { expectTypeOf, test } from "vitest";
import type {
  NativeDatabase,
  NativeModule,
  NativeScan,
  NativeTable,
  NativeWriter,
} from "../../src/native-types";

type Binding = typeof import("../../src/sdk/native/binding");

test("the generated classes do what the SDK relies on", () => {
  expectTypeOf<InstanceType<Binding["NativeTable"]>>().toExtend<NativeTable>();
  expectTypeOf<InstanceType<Binding["NativeScan"]>>().toExtend<NativeScan>();
  expectTypeOf<InstanceType<Binding["NativeWriter"]>>().toExtend<NativeWriter>();
  expectTypeOf<InstanceType<Binding["NativeDatabase"]>>().toExtend<NativeDatabase>();
  expectTypeOf<Binding>().toExtend<NativeModule>();
});
