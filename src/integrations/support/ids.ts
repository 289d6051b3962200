// Which documents, as callers say it. Whatever is no list of texts is refused before anything is done: to a loop, a text is a list of
// its letters, and documents that nobody named would be deleted.

import { notAnId, notIds } from "./document-errors";

/** A copy of a list of ids; throws INVALID_ARGUMENT for anything else. `name` is what the caller calls it: `ids`. */
export function idList(call: string, name: string, ids: unknown): string[] {
  return checkedList(call, name, ids, isText) as string[];
}

/** A copy of a list of ids, where single ids or the whole list may be left out; throws INVALID_ARGUMENT for anything else. */
export function optionalIdList(
  call: string,
  name: string,
  ids: unknown,
): readonly (string | undefined)[] | undefined {
  if (ids === undefined) return undefined;
  return checkedList(call, name, ids, (id) => id === undefined || isText(id)) as (string | undefined)[];
}

/** A copy of a list of groups, in which null means none. */
export function groupList(call: string, groups: unknown): (string | null)[] {
  return checkedList(call, "groupIds", groups, (one) => one === null || isText(one)) as (string | null)[];
}

/** One id; throws INVALID_ARGUMENT for anything else. */
export function oneId(call: string, name: string, id: unknown): string {
  if (!isText(id)) throw notAnId(call, name, id);
  return id;
}

function checkedList(
  call: string,
  name: string,
  ids: unknown,
  fits: (id: unknown) => boolean,
): readonly unknown[] {
  if (!Array.isArray(ids)) throw notIds(call, name, ids);
  const list: readonly unknown[] = ids;
  for (let index = 0; index < list.length; index++)
    if (!fits(list[index])) throw notAnId(call, `${name}[${index}]`, list[index]);
  return list.slice();
}

function isText(id: unknown): id is string {
  return typeof id === "string";
}
