import { type FoundDocument, walkFolder } from "varve/documents";

/** All documents of a folder, so that it can be said how many there are. */
export async function documentsIn(folder: string): Promise<FoundDocument[]> {
  const found: FoundDocument[] = [];
  for await (const document of walkFolder(folder)) found.push(document);
  return found;
}
