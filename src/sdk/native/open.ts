import { nativeModule } from "../../native-module";
import type { NativeDatabase } from "../../native-types";

export type {
  NativeBackup,
  NativeDatabase,
  NativeReembed,
  NativeScan,
  NativeTable,
  NativeWriter,
} from "../../native-types";

/** Opens a database in the native module, which is loaded when this is called first. */
export function openDatabase(uri: string, options?: string): Promise<NativeDatabase> {
  return nativeModule().NativeDatabase.connect(uri, options);
}
