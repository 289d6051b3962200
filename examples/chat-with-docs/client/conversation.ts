import { useEffect, useRef, useState } from "preact/hooks";
import {
  ask,
  type Confidence,
  type Part,
  type Point,
  type Question,
  type Reading,
  type Source,
  type Spoken,
} from "./api.ts";
import { type Asked, chatLink, showChat } from "./route.ts";
import { keep } from "./saved.ts";

/** A question and what has been answered so far. */
export interface Turn {
  readonly key: number;
  readonly question: string;
  readonly asOf?: string | number | undefined;
  readonly without: readonly Reading["kind"][];
  readonly folder?: string | undefined;
  readonly point?: Point;
  /** The question as it was understood. */
  readonly understood?: string;
  readonly readings: readonly Reading[];
  /** The words that no document has. */
  readonly unknown: readonly string[];
  readonly sources: readonly Source[];
  readonly parts: readonly Part[];
  /** When the answer changed; nothing where it never did. */
  readonly times?: readonly Spoken[];
  /** How sure the search is that the sources are about the question. */
  readonly confidence?: Confidence;
  readonly refusal?: string;
  readonly problem?: string;
  readonly isStopped?: boolean;
  /** Whether more may come. */
  readonly isOpen: boolean;
}

type Ask = Pick<Turn, "question" | "asOf"> & Partial<Pick<Turn, "without" | "folder">>;

/** What can be done in a conversation. */
export interface Conversation {
  readonly turns: readonly Turn[];
  readonly isBusy: boolean;
  readonly put: (ask: Ask) => void;
  /** Asks the question of a turn again in its place, in another way. */
  readonly again: (turn: Turn, change?: Partial<Ask>) => void;
  readonly stop: () => void;
}

/** The conversation that a link opens. Its questions are asked again at the versions that were read before, so the answers do not change. */
export function useConversation(address: readonly Asked[]): Conversation {
  const [turns, setTurns] = useState<readonly Turn[]>([]);
  const state = useRef<{ turns: readonly Turn[]; link: string; count: number; isOpening: boolean }>({
    turns: [],
    link: "#/",
    count: 0,
    isOpening: false,
  });
  const running = useRef<AbortController>(undefined);

  const set = (change: (turns: readonly Turn[]) => readonly Turn[]): void => {
    state.current.turns = change(state.current.turns);
    setTurns(state.current.turns);
  };
  const run = async (turn: Turn, after: Turn | undefined): Promise<void> => {
    running.current?.abort();
    const stop = new AbortController();
    running.current = stop;
    await follow(turn, after, stop.signal, (change) =>
      set((all) => all.map((one) => (one.key === turn.key ? change(one) : one))),
    );
    if (running.current === stop && !state.current.isOpening) save(state.current);
  };
  const start = (asked: Ask): Turn => {
    state.current.count += 1;
    return { ...fresh(asked), key: state.current.count };
  };
  const put = (asked: Ask): Promise<void> => {
    const turn = start(asked);
    const after = state.current.turns.at(-1);
    set((all) => [...all.map(closed), turn]);
    return run(turn, after);
  };
  const again = (turn: Turn, change: Partial<Ask> = {}): void => {
    const next = { ...fresh({ ...turn, ...change }), key: turn.key };
    const index = state.current.turns.findIndex(({ key }) => key === turn.key);
    set((all) => all.map((one) => (one.key === turn.key ? next : closed(one))));
    void run(next, state.current.turns[index - 1]);
  };

  useEffect(() => {
    if (chatLink(address) === state.current.link) return;
    running.current?.abort();
    state.current.link = chatLink(address);
    set(() => []);
    void (async () => {
      const link = state.current.link;
      state.current.isOpening = true;
      for (const { version, ...asked } of address) {
        await put({ ...asked, asOf: version });
        if (state.current.link !== link) return;
      }
      state.current.isOpening = false;
    })();
  }, [address]);

  return {
    turns,
    isBusy: turns.some(({ isOpen }) => isOpen),
    put: (asked) => void (asked.question.trim() !== "" && put(asked)),
    again,
    stop: () => running.current?.abort(),
  };
}

function fresh({ question, asOf, without = [], folder }: Ask): Omit<Turn, "key"> {
  const nothing = { readings: [], unknown: [], sources: [], parts: [], isOpen: true };
  return { question: question.trim(), asOf, without, folder, ...nothing };
}

/** Puts a conversation into the address, and among those that can be opened again. */
function save(state: { turns: readonly Turn[]; link: string }): void {
  const asked = state.turns.flatMap(({ question, point, without, folder }) =>
    point === undefined ? [] : [{ question, version: point.version, without, folder }],
  );
  const [first] = asked;
  if (first === undefined) return;
  const before = state.link;
  state.link = chatLink(asked);
  showChat(state.link);
  keep(first.question, state.link, before);
}

function closed(turn: Turn): Turn {
  return turn.isOpen ? { ...turn, isOpen: false, isStopped: true } : turn;
}

/** Reads the events of an answer into its turn. */
async function follow(
  { question, asOf, without, folder }: Turn,
  after: Turn | undefined,
  signal: AbortSignal,
  update: (change: (turn: Turn) => Turn) => void,
): Promise<void> {
  const before = after?.understood && { question: after.understood.slice(-1900), asOf: pickedOf(after) };
  const request: Question = { question, asOf, without, folder, after: before || undefined };
  try {
    for await (const { event, data } of ask(request, signal)) {
      if (event === "sources") update((turn) => ({ ...turn, ...data, question, understood: data.question }));
      else if (event === "part") update((turn) => ({ ...turn, parts: [...turn.parts, data] }));
      else if (event === "times" || event === "certainty") update((turn) => ({ ...turn, ...data }));
      else if (event === "refusal") update((turn) => ({ ...turn, refusal: data.reason }));
      else if (event === "error") update((turn) => ({ ...turn, problem: data.message }));
    }
    update((turn) => ({ ...turn, isOpen: false }));
  } catch (error) {
    if (signal.aborted) update(closed);
    else update((turn) => ({ ...turn, isOpen: false, problem: problemOf(error) }));
  }
}

/** The point in time that was asked for; nothing where it was now. */
function pickedOf({ asOf, readings, point }: Turn): string | number | undefined {
  const isPast = asOf !== undefined || readings.some((one) => one.kind === "time" && one.isApplied);
  return isPast ? point?.version : undefined;
}

function problemOf(error: unknown): string {
  const isNetwork = error instanceof TypeError;
  return isNetwork ? "The server does not answer. Is it still running?" : (error as Error).message;
}
