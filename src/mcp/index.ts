// A database for agents: its tools and resources over the Model Context Protocol. The command loads this when it is asked to serve.

export { type Descriptions, noDescriptions, readDescriptions } from "./descriptions";
export { type HttpOptions, serveHttp } from "./http";
export type { Served } from "./server";
export { serveStdio } from "./stdio";
