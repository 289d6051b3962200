import { readFileSync } from "node:fs";
import { deflateSync, crc32 } from "node:zlib";
import { expect, it } from "vitest";
import { builtin, huggingface, onnx } from "varve/embeddings";

const cos = (a: Float32Array, b: ArrayLike<number>) => { let s=0,x=0,y=0; for (let i=0;i<a.length;i++){s+=a[i]!*b[i]!;x+=a[i]!**2;y+=b[i]!**2} return s/Math.sqrt(x*y); };
const maxDiff = (a: Float32Array, b: ArrayLike<number>) => Math.max(...a.map((v,i)=>Math.abs(v-b[i]!)));
it("tiny", async () => {
  const f = onnx("test/fixtures/tiny-onnx"); console.log(f);
  const h = huggingface("tiny-onnx", { localPath: "test/fixtures" }); console.log(h);
  const texts = ["The quick search was not easy.", "water", "people in the city live near the river and the water"];
  const [a,b,c] = await Promise.all([f,builtin(),h].map(x=>x.embed(texts,{kind:"document"})));
  for (let i=0;i<3;i++) console.log(maxDiff(a![i]!, b![i]!), maxDiff(c![i]!, b![i]!));
  await h.dispose?.(); await f.dispose?.();
});
it("minilm", async () => {
  const ref = JSON.parse(readFileSync("../shared/models/all-MiniLM-L6-v2-onnx/reference.json","utf8")).items;
  const texts = ref.map((x:any)=>x.text);
  for (const fn of [onnx("../shared/models/all-MiniLM-L6-v2-onnx",{dtype:"int8"}), onnx("../shared/models/all-MiniLM-L6-v2-onnx",{dtype:"q8"}), huggingface("all-MiniLM-L6-v2-onnx",{localPath:"../shared/models",dtype:"int8"}),huggingface("all-MiniLM-L6-v2-onnx",{localPath:"../shared/models",dtype:"q8"})]) {
    const t=performance.now();
    const v = await fn.embed(texts,{kind:"document"});
    const cs = v.map((x,i)=>cos(x!,ref[i].embedding));
    console.log(fn.config, cs.reduce((a,b)=>a+b)/cs.length, Math.min(...cs), (performance.now()-t).toFixed(0));
    const alone = await fn.embed([texts[3]],{kind:"document"});
    console.log("alone", maxDiff(alone[0]!, v[3]!));
    await fn.dispose?.();
  }
}, 60000);
function png(r:number,g:number,b:number){ const w=16,h=16; const raw=Buffer.alloc(h*(1+w*3)); for(let y=0;y<h;y++)for(let x=0;x<w;x++) raw.set([r,g,b],y*(1+w*3)+1+x*3);
 const chunk=(t:string,d:Buffer)=>{const body=Buffer.concat([Buffer.from(t),d]);const out=Buffer.alloc(8+body.length);out.writeUInt32BE(d.length,0);body.copy(out,4);out.writeUInt32BE(crc32(body),4+body.length);return out};
 const head=Buffer.alloc(13);head.writeUInt32BE(w,0);head.writeUInt32BE(h,4);head.set([8,2,0,0,0],8);
 return Buffer.concat([Buffer.from([137,80,78,71,13,10,26,10]),chunk("IHDR",head),chunk("IDAT",deflateSync(raw)),chunk("IEND",Buffer.alloc(0))]);}
it("clip", async () => {
  const f = huggingface("tiny-clip", { localPath: "test/fixtures", images: true });
  console.log(f.dimensions, f.config, await f.embed(["red", png(255,0,0), png(0,0,255), "blue", "zzz"],{kind:"document"}));
  await expect(f.embed([new Uint8Array([1,2,3])],{kind:"document"})).rejects.toThrow("x");
});
