import type { NativeBackup, NativeDatabase, NativeTable } from "../../native-types";
import { TABLES } from "../../wire";
import type { Observers } from "../observe/observers";
import { type Address, failure, Http } from "./http";
import { readOnly } from "./read-only";
import { RemoteTable } from "./table";

/** A database behind `varve serve`, which reads it as the native module reads one of this machine. */
export class RemoteDatabase implements NativeDatabase {
  readonly #http: Http;

  constructor(address: Address, observers: Observers) {
    this.#http = new Http(address, observers);
  }

  /** Looks whether the server is there. A wrong address is better said at once than after a while. */
  async begin(): Promise<void> {
    namesOf(await this.#http.get(TABLES, 0));
  }

  async tableNames(): Promise<string[]> {
    return namesOf(await this.#http.get(TABLES));
  }

  async openTable(name: string): Promise<NativeTable> {
    return await RemoteTable.open(this.#http, name);
  }

  createTable(): Promise<NativeTable> {
    return readOnly("Making a table");
  }

  createBranch(): Promise<NativeTable> {
    return readOnly("branch()");
  }

  branches(): Promise<string> {
    return readOnly("branches()");
  }

  deleteBranch(): Promise<never> {
    return readOnly("deleteBranch()");
  }

  merge(): Promise<string> {
    return readOnly("merge()");
  }

  renameTable(): Promise<never> {
    return readOnly("renameTable()");
  }

  dropTable(): Promise<never> {
    return readOnly("drop()");
  }

  verifyTable(): Promise<string> {
    return readOnly("verify()");
  }

  backup(): NativeBackup {
    return { run: () => readOnly("backup()"), progress: () => null, stop: () => undefined };
  }

  renewCredentials(): Promise<never> {
    return readOnly("Renewing credentials");
  }

  async close(): Promise<void> {}
}

function namesOf(text: string): string[] {
  try {
    const names: unknown = JSON.parse(text);
    if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
  } catch {
    // Said below.
  }
  throw failure(
    "IO",
    "What answers at the address is no server of Varve.",
    "Check that varve serve runs there.",
  );
}
