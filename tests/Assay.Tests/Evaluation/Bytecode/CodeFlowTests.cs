// The graph of code objects, held against what compilers write.
using Assay.Evaluation.Bytecode;

namespace Assay.Tests.Evaluation.Bytecode;

public sealed class CodeFlowTests
{
    /// <summary>What the compiler of the Python at hand wrote for its own library: no instruction takes what is not there, and nothing is left unread.</summary>
    [Fact]
    public void WhatTheCompilerWritesIsRegular()
    {
        const string Library = "/usr/lib/python3.11";
        string[] files = Directory.Exists(Library) ? [.. Directory.EnumerateFiles(Library, "*.cpython-311.pyc", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(400)] : [];
        BytecodeVersion version = BytecodeVersion.All.First(v => v is { IsLegacy: false, Minor: 11 });
        List<string> odd = [];
        int codes = 0;
        foreach (string file in files)
        {
            foreach (CodeParts parts in MarshalledParts.Of(File.ReadAllBytes(file)[16..], isThree: true) ?? [])
            {
                codes++;
                CodeUses uses = new();
                CodeFlow flow = new(parts, version, uses);
                if (!flow.Run() || !flow.IsRegular)
                    odd.Add($"{file} {parts.Name} {parts.FirstLine} {flow.IsRegular} {uses.IsCut}");
            }
        }

        Assert.SkipWhen(codes == 0, "no Python at hand");
        Assert.True(odd.Count == 0, $"{odd.Count} of {codes}: {string.Join('\n', odd.Take(30))}");
    }
}
