import { useEffect, useState } from "preact/hooks";

/** What is being loaded: nothing yet, a value, or why there is none. */
export interface Loaded<T> {
  readonly value?: T;
  readonly problem?: string;
}

/** Loads something whenever its key changes; an answer that comes too late is dropped. */
export function useLoaded<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T> & { key?: string }>({});
  useEffect(() => {
    let isWanted = true;
    load().then(
      (value) => isWanted && setLoaded({ key, value }),
      (error: unknown) => isWanted && setLoaded({ key, problem: String((error as Error).message) }),
    );
    return () => {
      isWanted = false;
    };
  }, [key]);
  return loaded.key === key ? loaded : {};
}
