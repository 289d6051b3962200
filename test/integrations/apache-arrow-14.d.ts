// The old package has types that its own "exports" hide. What is used of it is as in the newest.
declare module "apache-arrow-14" {
  export * from "apache-arrow";
}
