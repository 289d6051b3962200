import type { NativeDatabase, NativeTable } from "../../native-types";
import { TABLES } from "../../wire";
import { type Address, Http } from "./http";
import { readOnly } from "./read-only";
import { RemoteTable } from "./table";

/** A database behind `varve serve`, which reads it as the native module reads one of this machine. */
export class RemoteDatabase implements NativeDatabase {
  readonly #http: Http;

  constructor(address: Address) {
    this.#http = new Http(address);
  }

  /** Looks whether the server is there. A wrong address is better said at once than after a while. */
  async begin(): Promise<void> {
    await this.#http.get(TABLES, 0);
  }

  async tableNames(): Promise<string[]> {
    return JSON.parse(await this.#http.get(TABLES)) as string[];
  }

  async openTable(name: string): Promise<NativeTable> {
    const table = new RemoteTable(this.#http, name);
    // A table that is not there is missed now, not at the first read.
    await table.info();
    return table;
  }

  createTable(): Promise<NativeTable> {
    return readOnly("Making a table");
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

  renewCredentials(): Promise<never> {
    return readOnly("Renewing credentials");
  }

  async close(): Promise<void> {}
}
