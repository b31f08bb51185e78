// Reads repositories of the test hub with npm's @huggingface/hub, and prints what it saw as JSON.
import { createRequire } from "node:module";
import { createHash } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import path from "node:path";
const [tools, hubUrl, cacheDir, work] = process.argv.slice(2);
const hub = createRequire(path.resolve(tools) + "/")("@huggingface/hub");
console.debug = () => {};
const digest = bytes => createHash("sha256").update(bytes).digest("hex");

// What a cache holds that somebody else has filled, without asking any hub.
async function kept({ type, name, revision, offline, cacheDir }) {
    const seen = { cached: {}, scanned: [] };
    for (const file of offline) {
        const found = await hub.downloadFileToCacheDir({ repo: { type, name }, revision, path: file, cacheDir, hubUrl: "http://127.0.0.1:9" });
        seen.cached[file] = { blob: path.basename(realpathSync(found)), sha256: digest(readFileSync(found)) };
    }
    for (const repo of (await hub.scanCacheDir(cacheDir)).repos) {
        for (const kept of repo.revisions) seen.scanned.push({ name: repo.id.name, type: repo.id.type, commit: kept.commitOid, refs: kept.refs, files: kept.files.length });
    }
    return seen;
}

async function read({ type, name, revision, token }) {
    const common = { hubUrl, accessToken: token || undefined };
    const repo = { type, name };
    const seen = { files: {}, cached: {}, ranges: {} };
    seen.exists = await hub.repoExists({ repo, ...common });
    if (type === "model") {
        seen.sha = (await hub.modelInfo({ name, revision, additionalFields: ["sha"], ...common })).sha;
    }
    const listed = [];
    for await (const file of hub.listFiles({ repo, revision, recursive: true, ...common })) {
        if (file.type === "file") listed.push(file);
    }
    for (const file of listed) {
        const blob = await hub.downloadFile({ repo, revision, path: file.path, ...common });
        const bytes = Buffer.from(await blob.arrayBuffer());
        seen.files[file.path] = { size: file.size, oid: file.oid, lfs: file.lfs?.oid ?? null, sha256: digest(bytes) };
        seen.ranges[file.path] = Buffer.from(await blob.slice(1, 5).arrayBuffer()).toString("hex");
    }
    seen.missing = await hub.downloadFile({ repo, revision, path: "no/such/file", ...common });
    const infos = await hub.pathsInfo({ repo, revision, paths: listed.map(f => f.path), expand: true, ...common });
    seen.security = Object.fromEntries(infos.map(i => [i.path, i.securityFileStatus.status]));
    for (const file of listed.slice(0, 3)) {
        const found = await hub.downloadFileToCacheDir({ repo, revision, path: file.path, cacheDir, ...common });
        seen.cached[file.path] = { place: path.relative(cacheDir, found), blob: path.basename(realpathSync(found)), sha256: digest(readFileSync(found)) };
    }
    return seen;
}

const all = [];
for (const one of JSON.parse(work)) all.push(await (one.offline ? kept(one) : read(one)));
console.log(JSON.stringify(all));
