// A page that shows a database to people. The command loads this when it is asked to.

export { type StudioAddress, type StudioOptions, serveStudio } from "./server";
