#!/bin/sh
# Validates CycloneDX bills of materials by the schema of release 1.6 that the project's own library ships (npm's @cyclonedx/cyclonedx-library), with ajv.
# Usage: tests/cyclonedx-validate.sh FILE...      The tools are installed into SARIF_TOOLS_DIR, or a temporary directory.
set -eu
if [ $# -eq 0 ]; then
    set -- "$(dirname "$0")/Assay.Tests/Reports/Golden/everything.cdx.json"
fi
command -v npm >/dev/null || { echo "cyclonedx-validate: npm is needed" >&2; exit 3; }
work=${SARIF_TOOLS_DIR:-}
if [ -z "$work" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
fi
mkdir -p "$work"
if [ ! -d "$work/node_modules/@cyclonedx/cyclonedx-library" ] || [ ! -d "$work/node_modules/ajv" ]; then
    npm install --silent --no-audit --no-fund --prefix "$work" @cyclonedx/cyclonedx-library@10 ajv@8 >/dev/null
fi
status=0
for file in "$@"; do
    file=$(realpath "$file")
    (cd "$work" && node -e '
        const fs = require("fs");
        const home = "node_modules/@cyclonedx/cyclonedx-library/res/schema/";
        const read = name => JSON.parse(fs.readFileSync(name, "utf8"));
        const Ajv = require("ajv");
        const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
        for (const part of ["spdx", "jsf-0.82"]) ajv.addSchema(read(`${home}${part}.SNAPSHOT.schema.json`), `http://cyclonedx.org/schema/${part}.SNAPSHOT.schema.json`);
        const check = ajv.compile(read(`${home}bom-1.6.SNAPSHOT.schema.json`));
        const errors = check(read(process.argv[1])) ? [] : check.errors;
        for (const e of errors) console.log(`error schema: ${e.instancePath} ${e.message}`);
        console.log(`${process.argv[1]}: ${errors.length} errors`);
        process.exit(errors.length ? 1 : 0);' "$file") || status=1
done
exit $status
