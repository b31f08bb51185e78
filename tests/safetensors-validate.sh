#!/bin/sh
# Opens safetensors files in a reader that is not ours, npm's @huggingface/hub, from the disk: nothing is sent anywhere.
# Usage: tests/safetensors-validate.sh FILE...      The reader is installed into SARIF_TOOLS_DIR, or a temporary directory.
set -eu
command -v npm >/dev/null || { echo "safetensors-validate: npm is needed" >&2; exit 3; }
work=${SARIF_TOOLS_DIR:-}
if [ -z "$work" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
fi
mkdir -p "$work"
if [ ! -d "$work/node_modules/@huggingface/hub" ]; then
    npm install --silent --no-audit --no-fund --prefix "$work" @huggingface/hub@2.17.5 >/dev/null
fi
node - "$work" "$@" <<'EOF'
const fs = require("fs");
const path = require("path");
const [work, ...files] = process.argv.slice(2);
const { parseSafetensorsMetadata } = require("module").createRequire(path.resolve(work) + "/")("@huggingface/hub");
(async () => {
    let tensors = 0;
    for (const file of files) {
        const data = fs.readFileSync(file);
        // The reader asks for ranges of a file on a hub; it gets those of the file on the disk.
        const local = async (url, init) => {
            const range = /bytes=(\d+)-(\d+)?/.exec(new Headers(init?.headers).get("Range") ?? "");
            const first = range ? Number(range[1]) : 0;
            const last = Math.min(range?.[2] === undefined ? data.length - 1 : Number(range[2]), data.length - 1);
            const headers = { "Content-Range": `bytes ${first}-${last}/${data.length}`, "Content-Length": String(last - first + 1), ETag: "x" };
            return new Response(data.subarray(first, last + 1), { status: range ? 206 : 200, headers });
        };
        const { header } = await parseSafetensorsMetadata({ repo: "local/file", path: "model.safetensors", fetch: local, computeParametersCount: false });
        tensors += Object.keys(header).filter(name => name !== "__metadata__").length;
    }
    console.log(`${files.length} files, ${tensors} tensors`);
})().catch(e => { console.error(e.message); process.exit(1); });
EOF
