import { failure } from "./http";

/** Refuses what a server does not do. */
export function readOnly(what: string): Promise<never> {
  return Promise.reject(
    failure(
      "ACCESS_DENIED",
      `${what} is not done through a server, which only reads. Nothing was written.`,
      'Open the folder or the bucket itself: connect("s3://bucket/prefix").',
    ),
  );
}
