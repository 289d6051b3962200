// A server that others wrote and that speaks the protocol of S3, of a Python that VARVE_TEST_PYTHON names and that has it (the gate sees
// to one).

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";

const python = process.env["VARVE_TEST_PYTHON"];

/** Whether there is one. */
export const hasMoto =
  python !== undefined && spawnSync(python, ["-c", "import moto.server"], { stdio: "ignore" }).status === 0;

export class Moto {
  readonly #process: ChildProcess;
  readonly #port: number;

  private constructor(port: number) {
    this.#port = port;
    const program = "import sys; from moto.server import main; main(['-H', '127.0.0.1', '-p', sys.argv[1]])";
    this.#process = spawn(python ?? "", ["-c", program, String(port)], { stdio: "ignore" });
  }

  /** Starts it with a bucket of that name. */
  static async start(bucket: string): Promise<Moto> {
    const moto = new Moto(await freePort());
    for (let tries = 0; ; tries++) {
      try {
        // Whoever asks it is believed.
        await fetch(`${moto.options.endpoint}/${bucket}`, { method: "PUT", headers: AUTHORIZED });
        return moto;
      } catch (error) {
        if (tries === 200) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  get options() {
    return {
      endpoint: `http://127.0.0.1:${this.#port}`,
      region: "us-east-1",
      allowHttp: true,
      credentials: { accessKeyId: "anybody", secretAccessKey: "anything" },
    } as const;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill();
    await ended;
  }
}

const AUTHORIZED = {
  authorization:
    "AWS4-HMAC-SHA256 Credential=anybody/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0",
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
