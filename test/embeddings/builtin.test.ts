import { builtin } from "varve/embeddings";
import { testEmbeddingFunction } from "./contract";

testEmbeddingFunction({ make: builtin });
