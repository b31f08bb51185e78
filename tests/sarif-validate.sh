#!/bin/sh
# Validates SARIF files: by the OASIS schema that the multitool ships (with ajv), and by the SARIF SDK's own rules and those of GitHub's code scanning (npm's @microsoft/sarif-multitool).
# Both are needed: the multitool reports nothing at all about a file whose enumerations it cannot read.
# Usage: tests/sarif-validate.sh FILE...      The tools are installed into SARIF_TOOLS_DIR, or a temporary directory.
set -eu
if [ $# -eq 0 ]; then
    set -- "$(dirname "$0")/Assay.Tests/Reports/Golden/everything.sarif"
fi
command -v npm >/dev/null || { echo "sarif-validate: npm is needed" >&2; exit 3; }
work=${SARIF_TOOLS_DIR:-}
if [ -z "$work" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
fi
mkdir -p "$work"
if [ ! -d "$work/node_modules/ajv-formats" ]; then
    npm install --silent --no-audit --no-fund --prefix "$work" @microsoft/sarif-multitool@5.7.0 ajv@8 ajv-formats@3 >/dev/null
fi
# The tool is built for an older .NET and runs on a newer one when it may.
export DOTNET_ROLL_FORWARD=Major
status=0
for file in "$@"; do
    file=$(realpath "$file")
    out="$work/validation.sarif"
    rm -f "$out"
    (cd "$work" && node_modules/.bin/sarif-multitool validate "$file" --output "$out" --log ForceOverwrite --rule-kind 'Sarif;Ghas') >"$work/log" 2>&1 || true
    if [ ! -f "$out" ]; then
        cat "$work/log" >&2
        exit 3
    fi
    (cd "$work" && node -e '
        const fs = require("fs");
        const read = name => JSON.parse(fs.readFileSync(name, "utf8").replace(/^\uFEFF/, ""));
        const [out, file] = process.argv.slice(1);
        const home = fs.readdirSync("node_modules/@microsoft").map(d => `node_modules/@microsoft/${d}/sarif-2.1.0.json`).find(fs.existsSync);
        const schema = read(home);
        const Ajv = require("ajv/dist/2020");
        const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
        require("ajv-formats")(ajv);
        const check = ajv.compile(schema);
        const broken = check(read(file)) ? [] : check.errors;
        for (const e of broken) console.log(`error schema: ${e.instancePath} ${e.message}`);
        const remarks = read(out).runs.flatMap(r => r.results || []);
        const wrong = remarks.filter(r => (r.level || "warning") === "error");
        for (const r of remarks) console.log(`${r.level || "warning"} ${r.ruleId}: ${JSON.stringify(r.message)}`);
        console.log(`${file}: ${broken.length + wrong.length} errors, ${remarks.length - wrong.length} remarks`);
        process.exit(broken.length + wrong.length ? 1 : 0);' "$out" "$file") || status=1
done
exit $status
