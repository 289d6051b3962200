import { isPromiseLike } from "../../realm";
import type { CallEvent, DatabaseEvents } from "./call-event";
import type { Observers } from "./observers";
import { warnOnce } from "./warning";

/** What is told of events. */
export type Listener<E> = (event: E) => void;

/** The names of events. The type demands every one. */
const EVENTS: Readonly<Record<keyof DatabaseEvents, true>> = {
  write: true,
  embed: true,
  search: true,
  read: true,
  upkeep: true,
  request: true,
  error: true,
};

/** The names of events, in their order. */
export const EVENT_NAMES = Object.keys(EVENTS) as readonly (keyof DatabaseEvents)[];

/** Tells a listener of events of a kind, and returns what takes it off again. */
export function listen<E extends keyof DatabaseEvents>(
  observers: Observers,
  name: E,
  listener: Listener<DatabaseEvents[E]>,
): () => void {
  let isOn = true;
  const wanted = (event: CallEvent): boolean => name !== "error" || event.error !== undefined;
  const end = (event: CallEvent): void => {
    if (isOn && wanted(event)) tell(name, listener as Listener<CallEvent>, event);
  };
  const takeOff = observers.add({
    begin: ({ kind }) => (name === "error" || name === kind ? { end } : undefined),
  });
  return () => {
    isOn = false;
    takeOff();
  };
}

function tell(name: string, listener: Listener<CallEvent>, event: CallEvent): void {
  const warn = (error: unknown): void =>
    warnOnce(listener, `A listener for "${name}" of a Varve database`, error);
  try {
    const answer: unknown = listener(event);
    if (isPromiseLike(answer)) answer.then(undefined, warn);
  } catch (error) {
    warn(error);
  }
}
