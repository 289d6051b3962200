import { useEffect, useState } from "preact/hooks";
import { ask, Failed } from "./api";
import { generation } from "./generation";

/** What is known of an answer. The last one stays until the next is there. */
export interface Asked<T> {
  readonly value: T | undefined;
  readonly failure: Failed | undefined;
  readonly isWaiting: boolean;
}

/** Asks a question, and again when it changes or when somebody wants to read anew; `undefined` asks nothing. */
export function useAnswer<T>(name: string, input: object | undefined): Asked<T> {
  const question = input === undefined ? "" : JSON.stringify(input);
  const [asked, setAsked] = useState<Asked<T>>({ value: undefined, failure: undefined, isWaiting: false });
  const again = generation.value;
  useEffect(() => {
    if (question === "") {
      setAsked({ value: undefined, failure: undefined, isWaiting: false });
      return;
    }
    const gone = new AbortController();
    setAsked(({ value, failure }) => ({ value, failure, isWaiting: true }));
    ask<T>(name, JSON.parse(question) as object, gone.signal).then(
      (value) => gone.signal.aborted || setAsked({ value, failure: undefined, isWaiting: false }),
      (error: unknown) =>
        gone.signal.aborted || setAsked({ value: undefined, failure: failureOf(error), isWaiting: false }),
    );
    return () => gone.abort();
  }, [name, question, again]);
  return asked;
}

/** Anything that was thrown as a failure that can be shown. */
export function failureOf(error: unknown): Failed {
  return error instanceof Failed ? error : new Failed({ code: "INTERNAL", message: String(error) });
}
