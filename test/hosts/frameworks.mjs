// Frameworks with a server: built as their documentation says, the output moved elsewhere where it should stand alone, started, and asked.
import { library } from "./programs.mjs";

export const frameworks = [
  ...["standalone", "dev"].map((kind) => ({
    name: `Next.js 16, ${kind}`,
    packages: { next: "16.4.6", react: "19.3.1", "react-dom": "19.3.1" },
    files: {
      "next.config.mjs": 'export default { output: "standalone", serverExternalPackages: ["varve"] };',
      "lib/answer.js": library,
      "app/layout.js":
        "export default function Layout({ children }) { return <html><body>{children}</body></html>; }",
      "app/page.js":
        'import { answer } from "../lib/answer.js";\nexport const dynamic = "force-dynamic";\nexport default async function Page() { return <p>{await answer()}</p>; }',
    },
    env: { NEXT_TELEMETRY_DISABLED: "1" },
    ...(kind === "dev"
      ? { run: [], serve: "npx next dev --port {port}" }
      : { run: ["npx next build"], move: ".next/standalone", serve: "node server.js" }),
  })),
  {
    name: "Nitro",
    packages: { nitropack: "2.13.6" },
    files: {
      "nitro.config.mjs": "export default { compatibilityDate: '2026-01-01' };",
      "lib/answer.mjs": library,
      "routes/index.mjs":
        'import { eventHandler } from "h3";\nimport { answer } from "../lib/answer.mjs";\nexport default eventHandler(() => answer());',
    },
    run: ["npx nitropack build"],
    move: ".output",
    serve: "node server/index.mjs",
  },
  {
    name: "SvelteKit, adapter-node",
    type: "module",
    packages: {
      "@sveltejs/kit": "3.2.0",
      "@sveltejs/adapter-node": "6.0.1",
      "@sveltejs/vite-plugin-svelte": "7.3.1",
      svelte: "5.57.3",
      vite: "8.4.0",
    },
    files: {
      "vite.config.js":
        'import adapter from "@sveltejs/adapter-node";\nimport { sveltekit } from "@sveltejs/kit/vite";\nexport default { plugins: [sveltekit({ adapter: adapter() })] };',
      "src/app.html": "<html><head>%sveltekit.head%</head><body>%sveltekit.body%</body></html>",
      "src/lib/answer.js": library,
      "src/routes/+server.js":
        'import { answer } from "../lib/answer.js";\nexport const GET = async () => new Response(await answer());',
    },
    run: ["npx vite build"],
    serve: "node build",
  },
  {
    name: "Astro, SSR",
    type: "module",
    packages: { astro: "7.3.5", "@astrojs/node": "11.1.6" },
    files: {
      "astro.config.mjs":
        'import node from "@astrojs/node";\nexport default { output: "server", adapter: node({ mode: "standalone" }) };',
      "src/lib/answer.js": library,
      "src/pages/index.astro":
        '---\nimport { answer } from "../lib/answer.js";\nconst said = await answer();\n---\n<p>{said}</p>',
    },
    env: { ASTRO_TELEMETRY_DISABLED: "1" },
    run: ["npx astro build"],
    serve: "node dist/server/entry.mjs",
  },
];
