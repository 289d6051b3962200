// Nodes of LlamaIndex as documents. As in its other stores, what is neither text, metadata nor vector stands in the metadata under
// the names that LlamaIndex reserves.

import { type BaseNode, jsonToNode, MetadataMode, TextNode } from "@llamaindex/core/schema";
import type { StoredDocument } from "../support/document-view";
import type { NewDocument } from "../support/new-document";
import { givenVectors } from "../support/vector-check";
import { noEmbedding, notNodes } from "./store-errors";

/** The reserved name for the id of the document that a node was cut from. */
export const REF_DOC_ID = "ref_doc_id";

const NODE_CONTENT = "_node_content";
const NODE_TYPE = "_node_type";
const SOURCE_IDS = ["document_id", "doc_id", REF_DOC_ID] as const;

/** Nodes as documents; throws INVALID_ROW where one has no embedding, and INVALID_ARGUMENT for what is no list of nodes. */
export function toDocuments(nodes: unknown): NewDocument[] {
  if (!Array.isArray(nodes)) throw notNodes("nodes", nodes);
  const list: readonly unknown[] = nodes;
  const read = Array.from(list, (node, index) => {
    if (isNode(node)) return node;
    throw notNodes(`nodes[${index}]`, node);
  });
  const missing = read.find(({ embedding }) => embedding === undefined || embedding === null);
  if (missing !== undefined) throw noEmbedding(missing.id_);
  const vectors = givenVectors(
    "add",
    "embeddings",
    read.map(({ embedding }) => embedding),
  );
  return read.map((node, index) => toDocument(node, vectors[index]));
}

function isNode(value: unknown): value is BaseNode {
  return typeof value === "object" && value !== null && "id_" in value && "toJSON" in value;
}

function toDocument(node: BaseNode, vector: Float32Array | undefined): NewDocument {
  const { metadata: _metadata, embedding: _embedding, text: _text, ...rest } = node.toJSON();
  const source = node.sourceNode?.nodeId;
  return {
    id: node.id_,
    // Not getContent, which trims.
    content: node instanceof TextNode ? node.text : node.getContent(MetadataMode.NONE),
    vector,
    metadata: {
      ...node.metadata,
      [NODE_CONTENT]: JSON.stringify(rest),
      [NODE_TYPE]: node.constructor.name.replace(/^_/, ""),
      ...(source === undefined ? {} : Object.fromEntries(SOURCE_IDS.map((name) => [name, source]))),
    },
  };
}

/** The node that a document was; one that something else wrote becomes a text node. */
export function toNode({ id, content, metadata }: StoredDocument): BaseNode {
  const { [NODE_CONTENT]: nodeContent, [NODE_TYPE]: _type, ...own } = metadata;
  if (typeof nodeContent !== "string") return new TextNode({ id_: id, text: content, metadata });
  const json = JSON.parse(nodeContent) as Record<string, unknown>;
  const node = jsonToNode({ ...json, id_: id, text: content });
  if (node.sourceNode !== undefined) for (const name of SOURCE_IDS) delete own[name];
  node.metadata = own;
  return node;
}
