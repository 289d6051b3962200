// Namespaces: lists of labels, which are kept as one text so that everything below one of them is a range.

import { type MatchCondition, validateNamespace } from "@langchain/langgraph-checkpoint";
import { badArgument } from "./langgraph-errors";

/** A namespace as a row holds it. No label has a colon, so none is the beginning of another. */
export function toText(namespace: readonly string[]): string {
  return namespace.map((label) => `${label}:`).join("");
}

/** The labels of such a text. */
export function fromText(text: string): string[] {
  return text.split(":").slice(0, -1);
}

/** The text that comes after everything below a namespace. */
export function endOf(text: string): string {
  return `${text.slice(0, -1)};`;
}

/** A copy of a namespace in which something can lie; throws what LangGraph throws for odd labels. */
export function itemNamespace(call: string, namespace: unknown): string[] {
  const labels = labelsOf(call, "namespace", namespace);
  validateNamespace(labels, { allowReservedRoot: true });
  return labels;
}

/** A copy of a namespace below which something can lie. The empty one is above all. */
export function prefixNamespace(call: string, name: string, namespace: unknown): string[] {
  const labels = labelsOf(call, name, namespace);
  validateNamespace(labels, { allowEmpty: true, allowReservedRoot: true });
  return labels;
}

/** What namespaces must be like: `"*"` is any label. */
export function matcherOf(conditions: unknown): (namespace: readonly string[]) => boolean {
  if (conditions === undefined) return () => true;
  if (!Array.isArray(conditions))
    throw badArgument("listNamespaces", "matchConditions", "a list of conditions", conditions);
  const matchers = (conditions as readonly MatchCondition[]).map(oneMatcher);
  return (namespace) => matchers.every((matches) => matches(namespace));
}

function oneMatcher({ matchType, path }: MatchCondition): (namespace: readonly string[]) => boolean {
  if (matchType !== "prefix" && matchType !== "suffix")
    throw badArgument("listNamespaces", "matchType", '"prefix" or "suffix"', matchType);
  const labels = labelsOf("listNamespaces", "path", path);
  return (namespace) => {
    const start = matchType === "prefix" ? 0 : namespace.length - labels.length;
    if (labels.length > namespace.length) return false;
    return labels.every((label, index) => label === "*" || label === namespace[start + index]);
  };
}

function labelsOf(call: string, name: string, namespace: unknown): string[] {
  const isList = Array.isArray(namespace) && namespace.every((label) => typeof label === "string");
  if (!isList) throw badArgument(call, name, "a list of texts", namespace);
  return namespace.slice();
}
